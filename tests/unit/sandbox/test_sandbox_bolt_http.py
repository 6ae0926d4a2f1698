"""Bolt over HTTP takes the sandbox's requests for Slack's."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox


@pytest.fixture
async def bolt(sandbox: Sandbox, slack: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    app = AsyncApp(client=slack, signing_secret=sandbox.credentials["signing_secret"])

    async def dispatch(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    site = web.Application()
    site.router.add_post("/slack/{kind}", dispatch)
    runner = web.AppRunner(site, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sandbox.world.app.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack"
    yield app
    await runner.cleanup()


async def test_events_commands_and_clicks_arrive(
    bolt: AsyncApp, person: Any, changes: Any, until: Any
) -> None:
    button = {
        "type": "button",
        "action_id": "more",
        "text": {"type": "plain_text", "text": "More"},
    }

    @bolt.event("app_mention")
    async def answer(event: dict[str, Any], say: Any) -> None:
        blocks = [{"type": "actions", "elements": [button]}]
        await say(text="Here", blocks=blocks, thread_ts=event["ts"])

    @bolt.event("message")
    async def ignore() -> None:
        return

    @bolt.command("/ask")
    async def ask(ack: Any, respond: Any, command: dict[str, Any]) -> None:
        await ack()
        await respond(f"You asked {command['text']}")

    @bolt.action("more")
    async def more(ack: Any, respond: Any) -> None:
        await ack()
        await respond("More", replace_original=False)

    ana = person("ana", "#general")
    await ana.say("@AEGIS hello")
    await until(lambda: len(changes("message")) == 2)
    await ana.act("click", ts=changes("message")[1].ts, text="More")
    await until(lambda: changes("ephemeral"))
    await ana.act("command", text="/ask twice")
    await until(lambda: len(changes("ephemeral")) == 2)

    assert [change.text for change in changes("ephemeral")] == ["More", "You asked twice"]
