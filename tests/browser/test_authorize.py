"""The installation page in a real browser: its policy and its form let the person through."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from aiohttp import web
from playwright.async_api import Browser

from bot.sandbox.server import Sandbox


@pytest.fixture
async def callback() -> AsyncIterator[tuple[str, list[dict[str, str]]]]:
    """Where the product waits for the person, and what they came back with."""
    came: list[dict[str, str]] = []

    async def come(request: web.Request) -> web.Response:
        came.append(dict(request.query))
        return web.Response(text="back")

    app = web.Application()
    app.router.add_get("/slack/oauth_redirect", come)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/oauth_redirect", came
    await runner.cleanup()


@pytest.mark.parametrize(("button", "kept"), [("Allow", "code"), ("Cancel", "error")])
async def test_a_person_answers_and_is_sent_back(
    browser: Browser,
    callback: tuple[str, list[dict[str, str]]],
    button: str,
    kept: str,
) -> None:
    address, came = callback
    complaints: list[str] = []
    async with Sandbox.open() as sandbox:
        wish = {"client_id": sandbox.credentials["client_id"], "redirect_uri": address}
        query = urlencode(wish | {"scope": "chat:write", "state": "s1"})
        page = await browser.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{sandbox.credentials['authorize_url']}?{query}")
        await page.get_by_label("Where, and who you are").select_option("lumen/iris")
        await page.get_by_role("button", name=button).click()
        await page.wait_for_url(f"{address}*")
        await page.close()

    assert complaints == []
    assert came[0]["state"] == "s1"
    assert kept in came[0]
