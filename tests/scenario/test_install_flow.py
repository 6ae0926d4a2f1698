"""Workspaces that come by browser: installed, greeted once, gone, and back; an organization too."""

import asyncio

import pytest

from bot.schedule import jobs
from core.agents.load_roster import load_roster_for
from tests.integration.lifecycle import actions
from tests.integration.worker.queueing import until
from tests.scenario.installing import (
    WELCOME,
    control,
    has,
    has_welcome,
    install,
    registered,
    said_in,
    speaks_for,
    team_of,
    welcomes,
)


async def test_two_workspaces_install_and_each_installer_is_greeted_once(shop):
    assert "You cancelled" in await install(shop, "lumen/jon", "cancel")
    assert await registered(shop, team_of(shop, "lumen")) is None
    for who in ("lumen/iris", "orchard/noa", "lumen/jon"):
        assert WELCOME in await install(shop, who)

    for company in ("lumen", "orchard"):
        await until(lambda company=company: has_welcome(shop, company), 20)
    seen = await shop.play('- {workspace: lumen, person: kai, in: dm, say: "What can you do?"}')

    assert any(line["kind"] != "message" or line["author"] != "kai" for line in seen)
    assert [await welcomes(shop, company) for company in ("lumen", "orchard")] == [1, 1]
    tenants = {(await registered(shop, team_of(shop, c))).tenant_id for c in ("lumen", "orchard")}
    assert len(tenants) == 2


@pytest.mark.parametrize("first", ["app_uninstalled", "tokens_revoked"])
async def test_a_workspace_uninstalls_and_comes_back(shop, provisioner, first):
    team = team_of(shop, "orchard")
    await install(shop, "orchard/noa")
    await until(lambda: has_welcome(shop, "orchard"), 20)
    await control(shop, "uninstall", workspace="orchard", first=first)

    await until(lambda: has(shop, team, "frozen"), 10)
    gone = await registered(shop, team)
    assert gone.frozen_because == "uninstalled"

    assert WELCOME in await install(shop, "orchard/mia")
    back = await registered(shop, team)
    assert (back.status, back.tenant_id) == ("active", gone.tenant_id)
    assert await welcomes(shop, "orchard") == 1
    done = await actions(provisioner, gone.tenant_id)
    assert done.count(("lifecycle:tenant:freeze", "done")) == 1
    assert done.count(("lifecycle:tenant:thaw", "done")) == 1


async def test_an_organization_installs_and_its_workspaces_are_enabled_one_by_one(shop):
    assert "enabled by an admin" in await install(shop, "meadow/rex")
    whole = shop.sandbox.world.find_organization("meadow").id
    east, west = team_of(shop, "meadow-east"), team_of(shop, "meadow-west")
    assert (await registered(shop, whole)).kind == "organization"
    assert await registered(shop, east) is None

    grant = {"organization": "meadow", "workspace": "meadow-east"}
    await control(shop, "grant", **grant, granted=True)
    await until(lambda: speaks_for(shop, east, whole), 10)
    assert await registered(shop, west) is None
    await control(shop, "grant", **grant, granted=False)
    await until(lambda: has(shop, east, "frozen"), 10)


async def test_an_organization_that_leaves_and_returns_has_the_workspaces_it_enables_again(shop):
    east, west = team_of(shop, "meadow-east"), team_of(shop, "meadow-west")
    await install(shop, "meadow/rex")
    whole = shop.sandbox.world.find_organization("meadow").id
    for name in ("meadow-east", "meadow-west"):
        await control(shop, "grant", organization="meadow", workspace=name, granted=True)
    for team in (east, west):
        await until(lambda team=team: speaks_for(shop, team, whole), 10)
    await control(shop, "uninstall", workspace="meadow")
    for slack_id in (whole, east, west):
        await until(lambda slack_id=slack_id: has(shop, slack_id, "frozen"), 10)

    await install(shop, "meadow/rex")
    await control(shop, "grant", organization="meadow", workspace="meadow-east", granted=True)

    await until(lambda: speaks_for(shop, east, whole), 10)
    assert (await registered(shop, west)).status == "frozen"


async def test_an_event_of_access_that_was_lost_is_made_up_for_by_the_clock(shop):
    await install(shop, "meadow/rex")
    whole = shop.sandbox.world.find_organization("meadow")
    await until(lambda: is_idle(shop), 10)
    (clock,) = [job for job in jobs(shop.product) if job.name == "reconcile_organizations"]
    east = team_of(shop, "meadow-east")
    whole.granted.add(east)

    await asyncio.gather(*(clock.run() for _ in range(3)))

    await until(lambda: speaks_for(shop, east, whole.id), 10)
    assert (await registered(shop, east)).status == "active"
    assert await registered(shop, team_of(shop, "meadow-west")) is None


async def test_whoever_installs_for_an_organization_is_greeted_once_where_they_are(shop):
    await install(shop, "meadow/rex")
    grant = {"organization": "meadow", "granted": True}
    await control(shop, "grant", workspace="meadow-east", **grant)
    await until(lambda: _is_told(shop, "meadow-east"), 10)
    await control(shop, "grant", workspace="meadow-west", **grant)
    whole = shop.sandbox.world.find_organization("meadow").id
    await until(lambda: speaks_for(shop, team_of(shop, "meadow-west"), whole), 10)
    await install(shop, "meadow/rex")
    await until(lambda: is_idle(shop), 10)

    said = [*await said_in(shop, "meadow-east"), *await said_in(shop, "meadow-west")]
    (words,) = [text for text in said if "for your organization" in text]
    assert "*Enabled now:* Meadow East." in words
    assert "add it to more workspaces" in words


async def _is_told(stage, company: str) -> bool:
    return any("for your organization" in text for text in await said_in(stage, company))


async def is_idle(stage) -> bool:
    """Whether nothing waits in the organization's record."""
    found = await registered(stage, stage.sandbox.world.find_organization("meadow").id)
    context = await stage.product.storage.database.tenant(found.tenant_id)
    async with context.db.transaction() as tx:
        waiting = "select count(*) from inbox_event where state = 'waiting'"
        return await tx.fetchval(waiting) == 0


async def test_a_script_asks_under_load_and_counts_renewals(shop):
    await install(shop, "lumen/iris")

    seen = await shop.play(
        """
- load:
    workspace: lumen
    persons: [iris, jon]
    ask: ["How many days of vacation do I get?", "Where is the key?"]
    questions: 8
    expires_after: 4
  within: 60
- renewed: {workspace: lumen}
"""
    )

    told = [line["text"] for line in seen if line["kind"] in ("load", "renewed")]
    assert told[1].startswith("8 questions asked, 8 answered, each once")
    assert told[2].endswith("has expired: 1 (renewed)")


async def test_under_an_organizations_installation_buttons_at_home_work(shop):
    """What is shown there names the organization as whom the app is installed for."""
    await install(shop, "meadow/rex")
    east = team_of(shop, "meadow-east")
    whole = shop.sandbox.world.find_organization("meadow").id
    await control(shop, "grant", organization="meadow", workspace="meadow-east", granted=True)
    await until(lambda: speaks_for(shop, east, whole), 10)

    await shop.play(
        """
        - {workspace: meadow-east, person: sam, open_home: true}
        - {pick: {agents.default: Finn · Finance}}
        """
    )

    sam = next(p for p in shop.sandbox.world.workspaces[east].persons.values() if p.name == "sam")
    tenant = await shop.product.storage.database.tenant((await registered(shop, east)).tenant_id)
    assert (await load_roster_for(tenant, sam.id))[1].default_agent == "finance"
