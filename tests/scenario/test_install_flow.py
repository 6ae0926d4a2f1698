"""Workspaces that come by browser: installed, greeted once, gone, and back; an organization too."""

import json
import re
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urljoin, urlsplit

import aiohttp
import asyncpg
import pytest
from yarl import URL

from core.kernel.errors import Disconnected
from core.lifecycle import store
from tests.integration.lifecycle import actions
from tests.integration.worker.queueing import until

WELCOME = "Three things to do next"


@pytest.fixture
async def shop(stage_with, provisioner):
    async with stage_with(token_rotation=True) as stage:
        # The sandbox's ids are the same in every run; what an earlier one installed is not ours.
        admin = await asyncpg.connect(provisioner.admin_dsn)
        whole = list(stage.sandbox.world.organizations)
        await admin.execute("delete from control.organization where enterprise_id = any($1)", whole)
        await admin.close()
        yield stage


@asynccontextmanager
async def opened_browser(stage):
    """As browsers are on this machine: a Secure cookie is kept though the address is not https."""
    ours = URL(stage.sandbox.world.app.install_url)
    jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=ours.origin())
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        yield browser


async def install(stage, who: str, answer: str = "allow") -> str:
    """Walk from our page to Slack's and back as *who* (`lumen/iris`); what is read in the end."""
    async with opened_browser(stage) as browser:
        start = stage.sandbox.world.app.install_url
        async with browser.get(start) as first:
            button = re.search(r'class="button" href="([^"]+)"', await first.text())
        async with browser.get(urljoin(start, button[1])) as consent:
            assert consent.status == 200
            asked = dict(parse_qsl(urlsplit(str(consent.url)).query))
            back = consent.url.with_query({})
        form = asked | {"as": who, "answer": answer}
        async with browser.post(back, data=form) as last:
            text = await last.text()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.partition("<main>")[2]))


async def control(stage, what: str, **body) -> None:
    async with (
        aiohttp.ClientSession(stage.sandbox.url) as http,
        http.post(f"/sandbox/{what}", json=body) as answer,
    ):
        assert answer.status == 200, await answer.text()


async def said_in(stage, company: str) -> list[str]:
    """What the app says in a workspace, as it now stands."""
    async with (
        aiohttp.ClientSession(stage.sandbox.url) as http,
        http.get("/sandbox/transcript") as answer,
    ):
        lines = [json.loads(line) for line in (await answer.text()).splitlines() if line]
    return [line["text"] for line in lines if line["workspace"] == company and line["is_app"]]


async def welcomes(stage, company: str) -> int:
    return sum(WELCOME in text for text in await said_in(stage, company))


async def registered(stage, slack_id: str):
    async with stage.product.storage.database.control() as tx:
        return await store.find_registered(tx, slack_id)


def team_of(stage, company: str) -> str:
    return str(stage.sandbox.world.find_workspace(company).id)


async def has(stage, slack_id: str, status: str) -> bool:
    found = await registered(stage, slack_id)
    return found is not None and found.status == status


async def test_two_workspaces_install_and_each_installer_is_greeted_once(shop):
    assert "You cancelled" in await install(shop, "lumen/jon", "cancel")
    assert await registered(shop, team_of(shop, "lumen")) is None
    for who in ("lumen/iris", "orchard/noa", "lumen/jon"):
        assert WELCOME in await install(shop, who)

    for company in ("lumen", "orchard"):
        await until(lambda company=company: _has_welcome(shop, company), 20)
    seen = await shop.play('- {workspace: lumen, person: kai, in: dm, say: "What can you do?"}')

    assert any(line["kind"] != "message" or line["author"] != "kai" for line in seen)
    assert [await welcomes(shop, company) for company in ("lumen", "orchard")] == [1, 1]
    tenants = {(await registered(shop, team_of(shop, c))).tenant_id for c in ("lumen", "orchard")}
    assert len(tenants) == 2


async def _has_welcome(stage, company: str) -> bool:
    return await welcomes(stage, company) > 0


@pytest.mark.parametrize("first", ["app_uninstalled", "tokens_revoked"])
async def test_a_workspace_uninstalls_and_comes_back(shop, provisioner, first):
    team = team_of(shop, "orchard")
    await install(shop, "orchard/noa")
    await until(lambda: _has_welcome(shop, "orchard"), 20)
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
    await until(lambda: _speaks_for(shop, east, whole), 10)
    assert await registered(shop, west) is None
    await control(shop, "grant", **grant, granted=False)
    await until(lambda: has(shop, east, "frozen"), 10)


async def _speaks_for(stage, team: str, whole: str) -> bool:
    """Whether the organization's token is the workspace's; it is linked after it is made."""
    found, organization = await registered(stage, team), await registered(stage, whole)
    if found is None or found.status != "active":
        return False
    context = await stage.product.storage.database.tenant(found.tenant_id)
    try:
        client = await stage.product.clients.of(context)
    except Disconnected:
        return False
    return client.owner.tenant_id == organization.tenant_id
