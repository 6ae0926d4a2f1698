"""`app_uninstalled` and `tokens_revoked`: in either order, late, again, and after a reinstall."""

import asyncio
import logging
import time

import pytest

from bot.slack.clients import TOKEN_SECONDS
from core.db.database import CONTEXT_SECONDS
from core.kernel.errors import Disconnected, Postponed, Refused
from core.lifecycle import store
from core.tenancy.install_workspace import find_stored_token
from core.tenancy.installation.refuse_token import refuse_token
from core.tenancy.workspaces import KEPT_SECONDS, Workspaces
from tests.integration.lifecycle import actions
from tests.integration.worker.queueing import until


async def registered(process, installed):
    async with process.database.control() as tx:
        return await store.find_registered(tx, installed.tenant)


@pytest.mark.parametrize("why", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_dead_token_freezes_the_workspace_whichever_event_comes_first(
    slack, process, provisioner, install, team, told, why
):
    installed = await install(team)
    slack.kill(team, why)

    assert await told(installed)

    found = await registered(process, installed)
    assert (found.status, found.frozen_because) == ("frozen", "uninstalled")
    with pytest.raises(Refused):
        await told(installed)  # the other event: nothing of a frozen tenant is begun
    frozen = ("lifecycle:tenant:freeze", "done")
    assert (await actions(provisioner, installed.tenant)).count(frozen) == 1


async def test_a_word_that_slack_says_in_passing_ends_no_installation(
    slack, process, install, team, told
):
    installed = await install(team)
    slack.passing["auth.test"] = ["invalid_auth"]

    assert not await told(installed)
    assert (await registered(process, installed)).status == "active"


async def test_a_workspace_with_two_dead_tokens_is_stopped_at_once(
    slack, process, install, reconcile, team, enterprise, told
):
    """Its own, and the one of its organization."""
    organization, installed = await install(enterprise), await install(team)
    slack.granted[enterprise] = [team]
    await reconcile(organization)
    slack.kill(team, "invalid_auth")
    slack.kill(enterprise, "invalid_auth")

    assert await told(installed)
    assert (await registered(process, installed)).status == "frozen"


async def test_an_event_that_comes_after_the_reinstall_changes_nothing(
    slack, process, install, team, told
):
    installed = await install(team)
    slack.kill(team)
    assert await told(installed)
    await install(team)

    assert not await told(installed)
    assert (await registered(process, installed)).status == "active"


async def test_a_reinstall_while_the_old_token_is_looked_at_wins(
    slack, process, install, team, told
):
    """Without the second look at the token, inside the freeze, the new installation is frozen."""
    installed = await install(team)

    class SlowCheck:
        async def still_works(self, _):
            await install(team, "UBEN")
            return False

    frozen = await told(installed, SlowCheck())

    assert not frozen
    assert (await registered(process, installed)).status == "active"


async def test_when_slack_cannot_say_the_event_waits(slack, process, install, team, told):
    installed = await install(team)
    slack.is_down = True

    with pytest.raises(Postponed):
        await told(installed)

    assert (await registered(process, installed)).status == "active"


async def test_a25_another_process_stops_using_its_kept_token_within_five_seconds(
    slack, process, new_process, install, team, told
):
    """By what it keeps and for how long; the rest is the machine's, which may be busy."""
    assert max(TOKEN_SECONDS, KEPT_SECONDS, CONTEXT_SECONDS) < 5
    installed, other = await install(team), await new_process()
    context = await other.context(installed)
    workspaces = Workspaces(other.database)
    assert await workspaces.tenant_of(team) == installed.tenant
    await other.clients.of(context)
    slack.kill(team)
    assert await told(installed)
    started = time.monotonic()

    while True:
        known = await workspaces.tenant_of(team)
        try:
            await other.clients.of(context)
        except (Refused, Disconnected):
            if known is None:
                break
        assert time.monotonic() - started < 15
        await asyncio.sleep(0.05)

    asked = len(slack.asked)
    with pytest.raises((Refused, Disconnected)):
        await other.clients.of(context)
    assert len(slack.asked) == asked


async def test_a_refused_token_is_said_once_and_never_offered_again(
    slack, process, new_process, provisioner, install, team, caplog
):
    installed, other = await install(team), await new_process()
    context = await process.context(installed)
    client = await process.clients.of(context)
    slack.kill(team, "account_inactive")

    for _ in range(2):
        with pytest.raises(Disconnected):
            await client.api.auth_test()
    asked = len(slack.asked)
    for each in (process, other):
        with pytest.raises(Disconnected):
            await each.clients.of(await each.context(installed))

    assert len(slack.asked) == asked
    assert (await find_stored_token(context)).refused == "account_inactive"
    refused = ("tenancy:token:refuse", "done")
    assert (await actions(provisioner, installed.tenant)).count(refused) == 1
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1


async def test_a_client_with_the_token_of_before_takes_the_one_of_now_and_does_not_condemn_it(
    slack, process, new_process, install, team
):
    """In every process, at once: what was under way there goes on."""
    installed, other = await install(team), await new_process()
    context = await other.context(installed)
    old = await other.clients.of(context)
    slack.dead[old.token.reveal()] = "token_revoked"
    await install(team)

    assert (await old.api.auth_test())["team_id"] == team

    new = await find_stored_token(context)
    assert new.refused == ""
    assert (await other.clients.of(context)).token == new.pair.access
    slack.kill(team)
    with pytest.raises(Disconnected):
        await old.api.auth_test()
    assert (await find_stored_token(context)).refused == "token_revoked"


async def test_slacks_word_for_it_is_kept_only_where_it_is_a_word(process, install, team):
    context = await process.context(await install(team))
    found = await find_stored_token(context)

    assert await refuse_token(context, found.version, "<b>no</b>\nno")
    assert (await find_stored_token(context)).refused == "unknown_error"


async def test_a_token_that_one_process_saw_refused_is_dropped_by_the_others_in_five_seconds(
    slack, process, new_process, install, team
):
    installed, other = await install(team), await new_process()
    context = await other.context(installed)
    await other.clients.of(context)  # which keeps it
    slack.kill(team)
    with pytest.raises(Disconnected):
        await (await process.clients.of(await process.context(installed))).api.auth_test()

    await until(lambda: _is_disconnected(other, context), 15)
    asked = len(slack.asked)
    with pytest.raises(Disconnected):
        await other.clients.of(context)
    assert len(slack.asked) == asked


async def _is_disconnected(process, context) -> bool:
    try:
        await process.clients.of(context)
    except Disconnected:
        return True
    return False
