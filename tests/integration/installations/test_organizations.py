"""An organization's installation is a record with a token, and no tenant; its workspaces are tenants."""

import json

import pytest

from bot.slack.revocation import SlackRevoker
from core.kernel.errors import Disconnected, Invalid, NotFound
from core.kernel.sealing import new_key
from core.kernel.signing import Signer
from core.lifecycle.erase_tenant import erase_tenant
from core.lifecycle.installation.enable_workspace import enable_workspace
from core.tenancy.keys.rotate_data import rotate_data
from core.tenancy.workspaces import Workspaces
from tests.integration.lifecycle import RULES, as_admin, one


@pytest.fixture
def enable(process, provisioner):
    async def run(organization, team):
        return await enable_workspace(
            process.database,
            provisioner,
            organization.tenant,
            team,
            actor="slack",
            reference="r",
        )

    return run


async def test_a22_an_organization_is_no_workspace_and_no_tenant_of_an_event(
    process, provisioner, install, enterprise
):
    installed = await install(enterprise)
    workspaces = Workspaces(process.database)

    assert installed.is_organization
    assert await workspaces.organization_of(enterprise) == installed.tenant
    assert await workspaces.tenant_of(enterprise) is None
    assert await workspaces.organization_of("T0ANYTEAM") is None
    assert installed.tenant not in dict(await workspaces.list_active()).values()
    with pytest.raises(NotFound):
        await workspaces.team_of(installed.tenant)
    with pytest.raises(Invalid):
        await provisioner.tenant_for(enterprise)


async def test_a22_two_workspaces_of_one_organization_stay_two_tenants_under_one_token(
    slack, process, install, enable, enterprise, team
):
    organization = await install(enterprise)
    names = [f"{team}1", f"{team}2"]
    tenants = [await enable(organization, name) for name in names]

    assert len({organization.tenant, *tenants}) == 3
    for name, tenant in zip(names, tenants, strict=True):
        client = await process.clients.of(await process.database.tenant(tenant))
        await client.api.users_info(user="U1")
        assert slack.asked[-1][1]["team_id"] == name
        assert client.owner.tenant_id == organization.tenant


async def test_a_workspaces_own_token_comes_before_its_organizations(
    slack, process, install, enable, enterprise, team
):
    organization, own = await install(enterprise), await install(team)
    assert await enable(organization, team) == own.tenant
    context = await process.context(own)
    assert (await process.clients.of(context)).owner.tenant_id == own.tenant

    slack.kill(team)
    process.clients._kept.clear()
    await (await process.clients.of(context)).api.users_info(user="U1")

    assert (await process.clients.of(context)).owner.tenant_id == organization.tenant


async def test_a_workspace_that_nobody_enabled_has_no_token(process, install, enterprise, context):
    await install(enterprise)

    with pytest.raises(Disconnected):
        await process.clients.of(context)


async def test_an_organizations_token_is_renewed_once_for_all_its_workspaces(
    slack, process, provisioner, install, enable, enterprise, team
):
    organization = await install(enterprise)
    tenants = [await enable(organization, f"{team}{number}") for number in range(3)]
    async with as_admin(provisioner) as admin:
        await admin.execute(
            f"update tenant_{organization.tenant}.oauth_tokens"
            " set expires_at = now() + interval '1 minute', updated_at = now() - interval '12 hours'"
        )

    for tenant in tenants:
        assert await process.clients.of(await process.database.tenant(tenant))

    assert slack.count("oauth.v2.access", grant_type="refresh_token") == 1


async def test_the_record_holds_a_token_and_nothing_that_anybody_said(
    process, provisioner, install, enable, enterprise, team
):
    organization = await install(enterprise)
    await enable(organization, team)

    for table in ("turn", "document", "person", "outbox_message"):
        count = f"select count(*) from tenant_{organization.tenant}.{table}"
        assert await one(provisioner, count) == 0
    waiting = f"select payload from tenant_{organization.tenant}.inbox_event"
    assert json.loads(await one(provisioner, waiting)) == {
        "task": "reconcile_organization",
        "installs": True,
    }
    assert await one(provisioner, f"select count(*) from tenant_{organization.tenant}.oauth_tokens")


async def test_its_keys_are_rotated_like_any_other(
    process, provisioner, install, enable, enterprise, team
):
    organization = await install(enterprise)
    tenant = await enable(organization, team)

    async def at_once() -> None:
        process.database.forget(organization.tenant)

    done = await rotate_data(
        process.database, provisioner, [organization.tenant], actor="operator", wait=at_once
    )

    assert (done.tenants, done.values) == (1, 1)
    assert await process.clients.of(await process.database.tenant(tenant))


async def test_it_is_erased_like_any_other_and_its_workspaces_are_without_a_token_then(
    slack, process, provisioner, install, enable, enterprise, team
):
    organization = await install(enterprise)
    tenant = await enable(organization, team)

    await erase_tenant(
        process.database,
        provisioner,
        Signer(new_key()),
        SlackRevoker(process.clients.api, process.oauth),
        organization.tenant,
        RULES,
        actor="operator",
    )

    assert slack.count("auth.revoke") == 1
    process.clients._kept.clear()
    with pytest.raises(Disconnected):
        await process.clients.of(await process.database.tenant(tenant))
    assert (await install(enterprise)).tenant != organization.tenant


async def test_only_an_organization_enables_and_only_a_workspace_is_enabled(
    install, enable, enterprise, team
):
    workspace, organization = await install(team), await install(enterprise)

    with pytest.raises(NotFound):
        await enable(workspace, f"{team}2")
    with pytest.raises(Invalid):
        await enable(organization, enterprise)
