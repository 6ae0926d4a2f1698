"""What a browser, Slack's own doing and the registry are to tests of installations."""

import json
import re
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urljoin, urlsplit

import aiohttp
from yarl import URL

from core.kernel.errors import Disconnected
from core.lifecycle import store

WELCOME = "Three things to do next"


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


async def has_welcome(stage, company: str) -> bool:
    return await welcomes(stage, company) > 0


async def speaks_for(stage, team: str, whole: str) -> bool:
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
