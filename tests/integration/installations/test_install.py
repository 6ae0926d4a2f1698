"""Workspaces that are installed, installed again, and again by somebody else."""

import asyncio

import pytest

from core.kernel.errors import Disconnected, Refused
from core.kernel.secret import Secret
from core.lifecycle import store
from core.lifecycle.freeze_tenant import freeze_tenant
from core.tenancy.install_workspace import Grant, find_stored_token
from core.tenancy.installation.ports import CodeRefused
from core.tenancy.workspaces import Workspaces
from tests.integration.lifecycle import RULES, actions, as_admin, one
from tests.integration.worker.queueing import until


async def row(provisioner, tenant):
    async with as_admin(provisioner) as admin:
        rows = await admin.fetch(
            "select installed_by, scopes, refused, expires_at, installed_at"
            f" from tenant_{tenant}.oauth_tokens"
        )
    assert len(rows) == 1
    return rows[0]


async def tasks(provisioner, tenant) -> list[str]:
    async with as_admin(provisioner) as admin:
        rows = await admin.fetch(
            f"select event_id from tenant_{tenant}.inbox_event where kind = 'task'"
        )
    return [found["event_id"] for found in rows]


async def test_an_installed_workspace_has_its_token_and_greets_its_installer_once(
    slack, process, provisioner, install, team
):
    installed = await install(team)
    again = await install(team)

    context = await process.context(installed)
    found = await find_stored_token(context)
    assert again.tenant == installed.tenant
    assert found.pair.access.reveal() in slack.tokens
    assert found.pair.refresh.reveal() in slack.refreshes
    assert (found.is_due, found.is_expired, found.refused) == (False, False, "")
    assert await tasks(provisioner, installed.tenant) == ["task:greet:welcome"]
    assert (await (await process.clients.of(context)).api.auth_test())["team_id"] == team


async def test_a_reinstall_by_somebody_else_leaves_one_row_with_the_newest_token(
    process, provisioner, install, team
):
    installed = await install(team, "UANA", scope="chat:write")
    before = await row(provisioner, installed.tenant)
    await install(team, "UBEN", scope="chat:write,files:read")

    after = await row(provisioner, installed.tenant)
    assert (before["installed_by"], after["installed_by"]) == ("UANA", "UBEN")
    assert after["scopes"] == "chat:write,files:read"
    assert after["installed_at"] > before["installed_at"]
    rows = await actions(provisioner, installed.tenant)
    assert rows == [("tenancy:token:exchange", "attempt"), ("tenancy:token:exchange", "done")] * 2


async def test_workspaces_installed_at_once_do_not_meet(process, provisioner, install, team):
    names = [f"{team}{number}" for number in range(4)]
    installed = await asyncio.gather(*(install(name) for name in names))

    assert len({each.tenant for each in installed}) == 4
    for name, each in zip(names, installed, strict=True):
        client = await process.clients.of(await process.context(each))
        assert (await client.api.auth_test())["team_id"] == name


async def test_two_installs_of_one_workspace_at_once_are_one_tenant(process, install, team):
    first, second = await asyncio.gather(install(team), install(team, "UBEN"))

    assert first.tenant == second.tenant
    assert await process.clients.of(await process.context(first))


async def test_what_was_nobodys_or_frozen_a_moment_ago_is_served_at_once_in_every_process(
    slack, process, new_process, install, told, team
):
    other = Workspaces((await new_process()).database)
    assert await other.tenant_of(team) is None

    installed = await install(team)
    assert await other.tenant_of(team) == installed.tenant
    slack.kill(team)
    assert await told(installed)
    await until(lambda: _is_unknown(other, team), 5)
    await install(team)

    assert await other.tenant_of(team) == installed.tenant


async def _is_unknown(workspaces, team) -> bool:
    return await workspaces.tenant_of(team) is None


@pytest.mark.parametrize("because", ["operator", "owner"])
async def test_what_people_have_switched_off_a_reinstall_does_not_switch_on(
    process, provisioner, install, team, because
):
    installed = await install(team)
    for reason in ("uninstalled", because):  # people decide about what was only uninstalled
        await freeze_tenant(
            process.database,
            provisioner,
            installed.tenant,
            RULES,
            actor="U",
            reference="r",
            because=reason,
        )

    with pytest.raises(Refused, match="switched"):
        await install(team)

    async with process.database.control() as tx:
        found = await store.find_registered(tx, team)
    assert (found.status, found.frozen_because) == ("frozen", because)


async def test_a_workspace_that_was_uninstalled_is_thawed_and_one_row_says_so(
    process, provisioner, install, team
):
    installed = await install(team)
    await freeze_tenant(
        process.database,
        provisioner,
        installed.tenant,
        RULES,
        actor="slack",
        reference="r",
        because="uninstalled",
    )

    await install(team, "UBEN")

    assert await process.clients.of(await process.context(installed))
    assert (await actions(provisioner, installed.tenant)).count(
        ("lifecycle:tenant:thaw", "done")
    ) == 1


async def test_a_reinstall_wakes_the_mail_that_waits_for_a_token(
    slack, process, provisioner, install, team
):
    installed = await install(team)
    context = await process.context(installed)
    slack.kill(team)
    with pytest.raises(Disconnected):
        await (await process.clients.of(context)).api.auth_test()
    async with as_admin(provisioner) as admin:
        await admin.execute(
            "update control.mailbox set due_at = now() + interval '1 minute' where tenant_id = $1",
            installed.tenant,
        )

    await install(team)

    waiting = "select count(*) from control.mailbox where tenant_id = $1 and due_at > now()"
    assert await one(provisioner, waiting, installed.tenant) == 0
    assert (await row(provisioner, installed.tenant))["refused"] == ""


async def test_a_code_is_good_once_and_for_this_app_alone(slack, process, team):
    code = slack.approve(team)
    await process.oauth.exchange(code, "http://x")

    for bad in (code, "never-given", slack.approve(team, app_id="A0OTHER")):
        with pytest.raises(CodeRefused):
            await process.oauth.exchange(bad, "http://x")


def test_a_grant_never_shows_a_token():
    shown = repr(Grant("T1", Secret("xoxb-1-s"), "U1", refresh_token=Secret("xoxe-1-s")))
    assert "1-s" not in shown
