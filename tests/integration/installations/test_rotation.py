"""Tokens that expire: renewed once, by whoever is first, before anybody uses the new one."""

import asyncio

import asyncpg
import pytest

from core.kernel.errors import Disconnected, Postponed
from core.lifecycle.freeze_tenant import freeze_tenant
from core.tenancy.install_workspace import find_stored_token
from core.tenancy.installation import ready_token as renewing
from core.tenancy.installation.refuse_token import refuse_token
from tests.integration.lifecycle import RULES, actions, as_admin, one


async def expire_in(provisioner, installed, seconds: float) -> None:
    async with as_admin(provisioner) as admin:
        await admin.execute(
            f"update tenant_{installed.tenant}.oauth_tokens"
            " set expires_at = now() + make_interval(secs => $1),"
            " updated_at = now() - interval '12 hours'",
            seconds,
        )


async def use(process, installed) -> str:
    client = await process.clients.of(await process.context(installed))
    answer = await client.api.auth_test()
    return str(answer["team_id"])


async def rows_of(provisioner, installed, action: str) -> list[str]:
    found = await actions(provisioner, installed.tenant)
    return [outcome for what, outcome in found if what == action]


@pytest.mark.parametrize("seconds", [60.0, -60.0], ids=["soon", "expired"])
async def test_a73_fifty_uses_in_two_processes_are_one_renewal(
    slack, process, new_process, provisioner, install, team, seconds
):
    installed, other = await install(team), await new_process()
    old = (await find_stored_token(await process.context(installed))).pair
    await expire_in(provisioner, installed, seconds)
    if seconds < 0:
        slack.dead[old.access.reveal()] = "token_expired"
    slack.slow_s = 0.2

    used = await asyncio.gather(
        *(use(each, installed) for each in (process, other) for _ in range(25))
    )

    assert used == [team] * 50
    assert slack.count("oauth.v2.access", grant_type="refresh_token") == 1
    found = await find_stored_token(await process.context(installed))
    assert found.pair.access != old.access
    assert found.pair.refresh.reveal() in slack.refreshes
    assert not found.is_due
    assert await rows_of(provisioner, installed, "tenancy:token:refresh") == ["attempt", "done"]


async def test_a_token_that_slack_calls_expired_is_renewed_and_the_call_made_again(
    slack, process, provisioner, install, team
):
    installed = await install(team)
    client = await process.clients.of(await process.context(installed))
    slack.dead[client.token.reveal()] = "token_expired"

    answers = await asyncio.gather(*(client.api.auth_test() for _ in range(5)))

    assert {answer["team_id"] for answer in answers} == {team}
    assert slack.count("oauth.v2.access", grant_type="refresh_token") == 1


async def test_slack_away_leaves_the_old_token_in_use_and_asks_again_later(
    slack, process, provisioner, install, team
):
    installed = await install(team)
    await expire_in(provisioner, installed, 60)
    context = await process.context(installed)
    slack.is_down = True
    for _ in range(3):
        process.clients._kept.clear()
        assert (await process.clients.of(context)).token
    assert slack.count("oauth.v2.access", grant_type="refresh_token") == 1, "a pause in between"

    slack.is_down = False
    async with as_admin(provisioner) as admin:
        await admin.execute(
            f"update tenant_{installed.tenant}.oauth_tokens set refreshing_until = now()"
        )
    process.clients._kept.clear()
    await process.clients.of(context)

    assert await rows_of(provisioner, installed, "tenancy:token:refresh") == [
        *("attempt", "failed"),
        *("attempt", "done"),
    ]


async def test_an_expired_token_waits_for_slack_and_is_not_called_refused(
    slack, process, provisioner, install, team, monkeypatch
):
    monkeypatch.setattr(renewing, "WAIT_SECONDS", 0.3)
    installed = await install(team)
    await expire_in(provisioner, installed, -60)
    slack.is_down = True

    with pytest.raises(Postponed):
        await process.clients.of(await process.context(installed))

    assert (await find_stored_token(await process.context(installed))).refused == ""


AWAY = [
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.ConnectionDoesNotExistError,
]


@pytest.mark.parametrize("trouble", AWAY, ids=lambda each: each.__name__)
async def test_a_pair_that_comes_while_the_database_restarts_is_stored_when_it_is_back(
    slack, process, provisioner, install, team, monkeypatch, trouble
):
    """Away for a minute, longer than a failover; then another process has been refused already."""
    installed = await install(team)
    await expire_in(provisioner, installed, -60)
    context = await process.context(installed)
    spent = (await find_stored_token(context)).version
    waited: list[float] = []
    commit = renewing._commit

    async def away_for_a_minute(*given) -> None:
        if sum(waited) < 60:
            raise trouble("the database system is starting up")
        assert await refuse_token(context, spent, "invalid_refresh_token")
        await commit(*given)

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(renewing, "_commit", away_for_a_minute)
    monkeypatch.setattr(renewing, "_sleep", sleep)

    assert await use(process, installed) == team

    found = await find_stored_token(context)
    assert found.refused == ""
    assert found.pair.refresh.reveal() in slack.refreshes
    assert slack.count("oauth.v2.access", grant_type="refresh_token") == 1


async def test_a_caller_that_is_cancelled_does_not_take_the_new_pair_with_it(
    slack, process, provisioner, install, team
):
    installed = await install(team)
    await expire_in(provisioner, installed, -60)
    slack.slow_s = 0.3
    asking = asyncio.create_task(process.clients.of(await process.context(installed)))
    await asyncio.wait_for(slack.renewing.wait(), 10)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)

    await process.clients.close(20.0)

    found = await find_stored_token(await process.context(installed))
    assert found.pair.refresh.reveal() in slack.refreshes
    assert not found.is_expired


async def test_a_renewal_that_ends_after_a_reinstall_changes_nothing(
    slack, process, provisioner, install, team
):
    installed = await install(team)
    await expire_in(provisioner, installed, -60)
    slack.slow_s = 0.4
    asking = asyncio.create_task(process.clients.of(await process.context(installed)))
    await asyncio.wait_for(slack.renewing.wait(), 10)
    slack.slow_s = 0.0
    await install(team, "UBEN")
    reinstalled = await find_stored_token(await process.context(installed))

    client = await asking

    assert client.token == reinstalled.pair.access
    assert (await find_stored_token(await process.context(installed))).pair == reinstalled.pair


async def test_a_pair_that_comes_for_a_frozen_tenant_is_kept_all_the_same(
    slack, process, provisioner, install, team
):
    installed = await install(team)
    await expire_in(provisioner, installed, -60)
    context = await process.context(installed)
    slack.slow_s = 0.4
    asking = asyncio.create_task(process.clients.of(context))
    await asyncio.wait_for(slack.renewing.wait(), 10)
    await freeze_tenant(
        process.database, provisioner, installed.tenant, RULES, actor="U", reference="r"
    )
    await asyncio.gather(asking, return_exceptions=True)

    found = await find_stored_token(context)
    assert found.pair.refresh.reveal() in slack.refreshes


async def test_no_connection_is_held_while_slack_is_asked(
    slack, process, provisioner, install, team
):
    installed = await install(team)
    await expire_in(provisioner, installed, -60)
    slack.slow_s = 0.5
    asking = asyncio.create_task(process.clients.of(await process.context(installed)))
    await asyncio.wait_for(slack.renewing.wait(), 10)

    busy = await one(
        provisioner,
        "select count(*) from pg_stat_activity where state like 'idle in transaction%'"
        " and application_name = 'aegis'",
    )
    await asking
    assert busy == 0


async def test_a_token_without_a_refresh_token_never_expires_here(
    slack, process, provisioner, install, team
):
    slack.rotates = False
    installed = await install(team)

    assert await use(process, installed) == team
    assert slack.count("oauth.v2.access", grant_type="refresh_token") == 0
    slack.kill(team, "token_expired")
    process.clients._kept.clear()
    with pytest.raises(Disconnected):
        await use(process, installed)


async def test_a_token_with_a_short_life_is_renewed_at_half_of_it_and_not_at_every_use(
    slack, process, provisioner, install, team
):
    slack.seconds = 60
    installed = await install(team)
    for _ in range(3):
        process.clients._kept.clear()
        assert await use(process, installed) == team
    assert slack.count("oauth.v2.access", grant_type="refresh_token") == 0

    async with as_admin(provisioner) as admin:
        await admin.execute(
            f"update tenant_{installed.tenant}.oauth_tokens"
            " set updated_at = now() - interval '31 s', expires_at = now() + interval '29 s'"
        )
    for _ in range(3):
        process.clients._kept.clear()
        assert await use(process, installed) == team
    assert slack.count("oauth.v2.access", grant_type="refresh_token") == 1
