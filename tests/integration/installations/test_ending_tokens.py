"""Slack renews a token no more, or takes it no more in passing: what is lost is what must be."""

import json
import logging

import pytest

from core.kernel.errors import Disconnected, Postponed
from core.lifecycle.installation.recheck_refused import recheck_refused
from core.pacing.model import NotCarriedOut
from core.tenancy.install_workspace import find_stored_token
from tests.integration.installations.test_rotation import expire_in, rows_of, use
from tests.integration.lifecycle import actions, as_admin


async def owner_notices(provisioner, installed) -> list[str]:
    """The words of what owners are to be told."""
    async with as_admin(provisioner) as admin:
        rows = await admin.fetch(
            f"select payload from tenant_{installed.tenant}.inbox_event"
            " where event_id like 'task:tell_owner:%' order by id"
        )
    return [str(json.loads(row["payload"])["words"]) for row in rows]


async def test_a73_killed_between_slacks_answer_and_the_commit_the_token_lives_to_its_end(
    slack, process, new_process, provisioner, install, team, caplog
):
    """The refresh token is spent and the new pair is lost: nothing can mend that but a reinstall,
    and until it ends the old access token is as good as ever."""
    installed = await install(team)
    await expire_in(provisioner, installed, 60)
    spent = (await find_stored_token(await process.context(installed))).pair.refresh
    slack.refreshes.pop(spent.reveal())
    async with as_admin(provisioner) as admin:
        # The lease of the process that was killed, as it looks when it has run out.
        await admin.execute(
            f"update tenant_{installed.tenant}.oauth_tokens"
            " set refreshing_until = now() - interval '1 second'"
        )

    processes = (process, await new_process(), process)
    for each in processes:
        each.clients._kept.clear()
        assert await use(each, installed) == team
    assert slack.count("oauth.v2.access", grant_type="refresh_token") == 1
    assert await rows_of(provisioner, installed, "tenancy:token:refuse") == []

    async with as_admin(provisioner) as admin:  # its time comes, and with it the lease's end
        await admin.execute(
            f"update tenant_{installed.tenant}.oauth_tokens set"
            " expires_at = now() - interval '60 s', refreshing_until = now() - interval '60 s'"
        )
    for each in processes:
        each.clients._kept.clear()
        with pytest.raises(Disconnected, match="installed again"):
            await each.clients.of(await each.context(installed))

    assert slack.count("oauth.v2.access", grant_type="refresh_token") == 2, "once more at the end"
    assert await rows_of(provisioner, installed, "tenancy:token:refuse") == ["done"]
    assert await rows_of(provisioner, installed, "tenancy:token:refresh") == [
        *("attempt", "refused"),
        *("attempt", "refused"),
    ]
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [getattr(record, "code", "") for record in errors] == ["invalid_refresh_token"] * 2

    await install(team)
    assert await use(process, installed) == team


@pytest.fixture
async def ending(slack, process, provisioner, install, team):
    """A workspace whose refresh token Slack does not know, with a token that lives for a minute."""
    installed = await install(team)
    await expire_in(provisioner, installed, 60)
    slack.refreshes.clear()
    return installed


async def test_the_owner_is_told_once_till_when_a_token_lives_that_is_not_renewed(
    process, new_process, provisioner, ending, team
):
    for each in (process, await new_process(), process):
        each.clients._kept.clear()
        assert await use(each, ending) == team

    (words,) = await owner_notices(provisioner, ending)
    found = await find_stored_token(await process.context(ending))
    assert f"<!date^{int(found.version.expires_at.timestamp())}^" in words
    assert "install" in words


async def test_a_token_that_ends_is_forgotten_by_a_reinstall(
    slack, process, provisioner, install, ending, team
):
    assert await use(process, ending) == team
    await install(team)
    process.clients._kept.clear()
    await expire_in(provisioner, ending, -60)

    assert await use(process, ending) == team
    assert (await find_stored_token(await process.context(ending))).ends_at is None


async def test_an_ending_token_that_slack_calls_expired_early_is_refused_at_once(
    slack, process, ending, team
):
    client = await process.clients.of(await process.context(ending))
    slack.dead[client.token.reveal()] = "token_expired"

    with pytest.raises(Disconnected):
        await client.api.auth_test()

    assert (await find_stored_token(await process.context(ending))).refused == "token_expired"


async def refused_now(process, installed) -> str:
    found = await find_stored_token(await process.context(installed))
    return found.refused


async def test_invalid_auth_in_passing_condemns_no_token(
    slack, process, provisioner, install, team
):
    """One call meets it, and the look right after finds a token that works."""
    installed = await install(team)
    client = await process.clients.of(await process.context(installed))
    slack.passing["users.info"] = ["invalid_auth"]

    with pytest.raises(NotCarriedOut):
        await client.api.users_info(user="UANA")

    assert await refused_now(process, installed) == ""
    assert (await client.api.users_info(user="UANA"))["ok"]
    assert ("tenancy:token:refuse", "done") not in await actions(provisioner, installed.tenant)


async def test_invalid_auth_counts_once_it_is_confirmed_after_every_pause(
    slack, process, install, team, monkeypatch
):
    monkeypatch.setattr("bot.slack.installing.doubts.PAUSES", (0.0, 0.0, 0.0))
    installed = await install(team)
    client = await process.clients.of(await process.context(installed))
    slack.kill(team, "invalid_auth")

    for _ in range(3):
        with pytest.raises(Postponed):
            await client.api.users_info(user="UANA")
        assert await refused_now(process, installed) == ""
    with pytest.raises(Disconnected):
        await client.api.users_info(user="UANA")

    assert await refused_now(process, installed) == "invalid_auth"


async def test_slack_is_not_asked_about_a_doubtful_token_before_its_pause_is_over(
    slack, process, install, team
):
    installed = await install(team)
    client = await process.clients.of(await process.context(installed))
    slack.kill(team, "invalid_auth")

    for _ in range(3):
        with pytest.raises(NotCarriedOut) as raised:
            await client.api.users_info(user="UANA")
        assert 0 < raised.value.seconds <= 5

    assert slack.count("auth.test") == 1


async def test_a_condemned_token_that_slack_takes_again_is_served_again(
    slack, process, provisioner, install, team, monkeypatch
):
    monkeypatch.setattr("bot.slack.installing.doubts.PAUSES", ())
    installed = await install(team)
    client = await process.clients.of(await process.context(installed))
    slack.kill(team, "invalid_auth")
    with pytest.raises(Disconnected):
        await client.api.users_info(user="UANA")
    await recheck_refused(process.database, process.clients.doubts)
    with pytest.raises(Disconnected):
        await process.clients.of(await process.context(installed))

    slack.dead.clear()
    await recheck_refused(process.database, process.clients.doubts)

    assert await use(process, installed) == team
    assert await refused_now(process, installed) == ""
    assert ("tenancy:token:accept", "done") in await actions(provisioner, installed.tenant)


async def test_what_slack_revoked_is_not_asked_about_again(slack, process, install, team):
    installed = await install(team)
    client = await process.clients.of(await process.context(installed))
    slack.kill(team, "token_revoked")
    with pytest.raises(Disconnected):
        await client.api.users_info(user="UANA")
    asked = slack.count("auth.test", token=client.token.reveal())

    await recheck_refused(process.database, process.clients.doubts)

    assert slack.count("auth.test", token=client.token.reveal()) == asked
