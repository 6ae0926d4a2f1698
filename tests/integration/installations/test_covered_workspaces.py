"""Which workspaces an organization covers is what Slack lists, whatever its events say."""

import pytest

from core.kernel.errors import Disconnected, Postponed, Unavailable
from core.kernel.sealing import new_key
from core.kernel.signing import Signer
from core.lifecycle import store
from core.lifecycle.erase_tenant import erase_tenant
from core.lifecycle.freeze_tenant import freeze_tenant
from tests.integration.installations.test_ending_tokens import owner_notices
from tests.integration.lifecycle import RULES, Answering, actions


@pytest.fixture
def state(process):
    """(status, why it is frozen) of a workspace or an organization; None if it is no tenant."""

    async def look(slack_id: str) -> tuple[str, str | None] | None:
        async with process.database.control() as tx:
            found = await store.find_registered(tx, slack_id)
        return (found.status, found.frozen_because) if found else None

    return look


ACTIVE, STOPPED = ("active", None), ("frozen", "uninstalled")


async def test_what_is_listed_is_served_and_what_is_not_is_frozen(
    slack, process, install, reconcile, state, enterprise, team
):
    organization, stranger = await install(enterprise), f"{team}S"
    await install(stranger)
    slack.granted[enterprise] = [f"{team}1", f"{team}2"]
    covered = await reconcile(organization)
    assert (dict(covered.teams)[f"{team}1"], covered.are_first) == (f"Name of {team}1", True)

    slack.granted[enterprise] = [f"{team}2", f"{team}3"]
    assert not (await reconcile(organization)).are_first

    states = [await state(f"{team}{number}") for number in (1, 2, 3)]
    assert states == [STOPPED, ACTIVE, ACTIVE]
    assert await state(stranger) == ACTIVE
    slack.granted[enterprise] += [f"{team}1"]
    await reconcile(organization)
    assert await state(f"{team}1") == ACTIVE


async def test_a_list_of_many_pages_is_read_to_its_end(
    slack, install, reconcile, state, enterprise, team
):
    organization = await install(enterprise)
    slack.page, slack.granted[enterprise] = 2, [f"{team}{number}" for number in range(5)]

    assert len((await reconcile(organization)).teams) == 5

    assert slack.count("auth.teams.list") == 3
    assert {await state(f"{team}{number}") for number in range(5)} == {ACTIVE}


@pytest.mark.parametrize("trouble", ["unknown_method", "internal_error", "away", "second_page"])
async def test_without_a_whole_list_nothing_changes(
    slack, install, reconcile, state, enterprise, team, trouble, monkeypatch
):
    organization = await install(enterprise)
    slack.granted[enterprise] = [f"{team}1", f"{team}2"]
    await reconcile(organization)
    slack.granted[enterprise] = [f"{team}3", f"{team}4"]
    if trouble == "away":
        slack.is_down = True
    elif trouble == "second_page":
        whole, slack.page = slack._listed, 1
        monkeypatch.setattr(
            slack, "_listed", lambda of, form: {} if form.get("cursor") else whole(of, form)
        )
    else:
        slack.errors["auth.teams.list"] = trouble

    with pytest.raises((Postponed, Unavailable)):
        await reconcile(organization)

    states = [await state(f"{team}{number}") for number in range(1, 5)]
    assert states == [ACTIVE, ACTIVE, None, None]


async def test_a_look_that_changes_nothing_leaves_no_row(
    slack, process, provisioner, install, reconcile, enterprise, team
):
    organization = await install(enterprise)
    slack.granted[enterprise] = [team]
    await reconcile(organization)
    tenant = await provisioner.tenant_for(team)
    before = await actions(provisioner, tenant)

    await reconcile(organization)

    assert await actions(provisioner, tenant) == before


async def test_what_people_have_switched_off_no_list_switches_on(
    slack, process, provisioner, install, reconcile, state, enterprise, team
):
    organization = await install(enterprise)
    slack.granted[enterprise] = [team]
    await reconcile(organization)
    tenant = await provisioner.tenant_for(team)
    await freeze_tenant(
        process.database, provisioner, tenant, RULES, actor="U", reference="r", because="owner"
    )

    await reconcile(organization)
    await reconcile(organization, named=[team])

    assert await state(team) == ("frozen", "owner")


async def test_what_was_erased_begins_anew_only_where_an_admin_enables_it_again(
    slack, process, provisioner, install, reconcile, state, enterprise, team
):
    organization = await install(enterprise)
    slack.granted[enterprise] = [team]
    await reconcile(organization)
    await erase_tenant(
        process.database,
        provisioner,
        Signer(new_key()),
        Answering(0),
        await provisioner.tenant_for(team),
        RULES,
        actor="operator",
    )

    await reconcile(organization)
    assert (await state(team))[0] == "erased"

    await reconcile(organization, named=[team])
    assert await state(team) == ACTIVE


async def test_an_organization_that_leaves_and_returns_has_its_workspaces_back(
    slack, process, install, reconcile, told, state, enterprise, team
):
    organization = await install(enterprise)
    slack.granted[enterprise] = [f"{team}1", f"{team}2"]
    await reconcile(organization)
    slack.kill(enterprise)
    assert await told(organization)
    stopped = [await state(each) for each in (enterprise, f"{team}1", f"{team}2")]
    assert stopped == [STOPPED] * 3

    slack.granted[enterprise] = [f"{team}1"]  # the admin has not enabled the other one again
    assert (await install(enterprise)).tenant == organization.tenant
    await reconcile(organization)

    states = [await state(each) for each in (enterprise, f"{team}1", f"{team}2")]
    assert states == [ACTIVE, ACTIVE, STOPPED]


async def test_an_organization_that_returns_while_its_old_token_is_looked_at_keeps_its_workspaces(
    slack, process, install, reconcile, told, state, enterprise, team
):
    """Without the second look at the organization's token, inside the freeze, they are lost."""
    organization = await install(enterprise)
    slack.granted[enterprise] = [team]
    await reconcile(organization)
    slack.kill(enterprise)

    class SlowCheck:
        async def still_works(self, context) -> bool:
            works = await process.clients.still_works(context)
            if context.tenant_id != organization.tenant and not works:
                await install(enterprise, "UBEN")
                await reconcile(organization)
            return works

    assert not await told(organization, SlowCheck())

    assert [await state(each) for each in (enterprise, team)] == [ACTIVE, ACTIVE]


async def test_an_organization_that_leaves_stops_all_but_those_whose_own_token_works(
    slack, process, install, reconcile, told, state, enterprise, team
):
    """A token of a workspace's own may be as dead as the organization's, and nobody has tried it."""
    organization = await install(enterprise)
    for number in (1, 2):
        await install(f"{team}{number}")
    slack.granted[enterprise] = [f"{team}{number}" for number in (1, 2, 3)]
    await reconcile(organization)
    slack.kill(enterprise)
    slack.kill(f"{team}2")

    assert await told(organization)

    states = [await state(f"{team}{number}") for number in (1, 2, 3)]
    assert states == [ACTIVE, STOPPED, STOPPED]


async def test_a_workspace_whose_own_token_died_goes_on_with_its_organizations(
    slack, process, new_process, install, reconcile, told, state, enterprise, team
):
    own, organization = await install(team), await install(enterprise)
    slack.granted[enterprise] = [team]
    await reconcile(organization)
    other = await new_process()
    kept = await other.clients.of(await other.context(own))
    slack.kill(team)

    assert not await told(own)

    assert await state(team) == ACTIVE
    await kept.api.users_info(user="U1")  # under way in another process, with the token of before
    assert slack.asked[-1][1]["team_id"] == team
    assert (await other.clients.of(await other.context(own))).owner.tenant_id == organization.tenant
    slack.kill(enterprise)
    with pytest.raises(Disconnected):
        await kept.api.users_info(user="U1")
    assert await told(organization)
    assert await state(team) == STOPPED


async def test_the_owner_is_told_once_that_the_organizations_token_stands_in_for_a_dead_one(
    slack, process, new_process, provisioner, install, reconcile, enterprise, team
):
    own, organization = await install(team), await install(enterprise)
    slack.granted[enterprise] = [team]
    await reconcile(organization)
    processes = (process, await new_process())
    kept = [await each.clients.of(await each.context(own)) for each in processes]
    slack.kill(team)

    for client in kept:
        await client.api.users_info(user="U1")

    (words,) = await owner_notices(provisioner, own)
    assert "the one of your organization" in words


async def test_a_workspace_that_is_taken_out_goes_on_with_its_own_token_if_that_works(
    slack, install, reconcile, state, enterprise, team
):
    organization = await install(enterprise)
    for number in (1, 2):
        await install(f"{team}{number}")
    slack.granted[enterprise] = [f"{team}1", f"{team}2"]
    await reconcile(organization)
    slack.granted[enterprise] = []
    slack.kill(f"{team}2")

    await reconcile(organization)

    assert [await state(f"{team}{number}") for number in (1, 2)] == [ACTIVE, STOPPED]
