"""Socket Mode with Slack's own client and Bolt, and with a bare websocket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox

Dial = Callable[[], Awaitable[aiohttp.ClientWebSocketResponse]]


@pytest.fixture
async def dial(sandbox: Sandbox, http: aiohttp.ClientSession) -> Dial:
    async def dialled() -> aiohttp.ClientWebSocketResponse:
        client = AsyncWebClient(base_url=sandbox.api_url)
        opened = await client.apps_connections_open(app_token=sandbox.credentials["app_token"])
        socket = await http.ws_connect(opened["url"])
        assert (await socket.receive_json(timeout=5))["type"] == "hello"
        return socket

    return dialled


@pytest.mark.parametrize("answer_s", [0.5])
async def test_an_envelope_that_is_not_acknowledged_comes_again(dial: Dial, person: Any) -> None:
    socket = await dial()
    await person("ana").say("hello")
    first = await socket.receive_json(timeout=5)
    again = await socket.receive_json(timeout=5)
    await socket.send_json({"envelope_id": again["envelope_id"]})

    assert (first["type"], first["accepts_response_payload"]) == ("events_api", False)
    assert (first["retry_attempt"], again["retry_attempt"]) == (0, 1)
    assert again["retry_reason"] == "http_timeout"
    assert first["payload"]["event_id"] == again["payload"]["event_id"]
    await person("ana").say("second")
    assert (await socket.receive_json(timeout=5))["payload"]["event"]["text"] == "second"
    await socket.close()


async def test_a_lost_socket_hands_over_to_the_next(dial: Dial, person: Any) -> None:
    socket = await dial()
    await person("ana").say("hello")
    await socket.receive_json(timeout=5)
    other = await dial()
    await socket.close()

    assert (await other.receive_json(timeout=5))["payload"]["event"]["text"] == "hello"
    await other.close()


async def test_an_address_is_good_once(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    url = sandbox.sockets.issue(sandbox.url)
    socket = await http.ws_connect(url)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await http.ws_connect(url)
    await socket.close()


async def test_a_refresh_asks_the_client_to_come_back(dial: Dial, sandbox: Sandbox) -> None:
    socket = await dial()
    await sandbox.sockets.refresh()
    message = await socket.receive_json(timeout=5)

    assert (message["type"], message["reason"]) == ("disconnect", "refresh_requested")
    await socket.close()


@pytest.fixture
async def bolt(sandbox: Sandbox, slack: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    app = AsyncApp(client=slack, signing_secret=sandbox.credentials["signing_secret"])
    handler = AsyncSocketModeHandler(
        app,
        sandbox.credentials["app_token"],
        web_client=AsyncWebClient(base_url=sandbox.api_url),
    )
    await handler.connect_async()
    yield app
    await handler.close_async()


async def test_bolt_answers_a_direct_message_with_a_stream(
    bolt: AsyncApp, person: Any, changes: Any, until: Any
) -> None:
    @bolt.event("message")
    async def answer(event: dict[str, Any], client: AsyncWebClient, context: Any) -> None:
        if event.get("bot_id"):
            return
        stream = await client.chat_stream(
            channel=event["channel"],
            thread_ts=event["ts"],
            recipient_team_id=context.team_id,
            recipient_user_id=event["user"],
        )
        await stream.append(markdown_text="**Hello**")
        await stream.stop()

    await person("ana").say("hello")
    await until(lambda: changes("stream_stop"))

    assert changes("stream_stop")[0].text == "**Hello**"
    assert changes("stream_stop")[0].seen_by == ("ana",)


async def test_bolt_answers_a_command_in_the_acknowledgement(
    bolt: AsyncApp, person: Any, changes: Any
) -> None:
    @bolt.command("/aegis")
    async def helped(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"Help on {command['text']}")

    await person("ana", "#general").act("command", text="/aegis help")

    assert [(c.kind, c.text, c.seen_by) for c in changes()] == [
        ("ephemeral", "Help on help", ("ana",))
    ]


async def test_two_sockets_take_turns(dial: Dial, person: Any) -> None:
    sockets = [await dial(), await dial()]
    for number in range(2):
        await person("ana").say(str(number))
    received = await asyncio.gather(*(socket.receive_json(timeout=5) for socket in sockets))

    assert {r["payload"]["event"]["text"] for r in received} == {"0", "1"}
    for socket in sockets:
        await socket.close()
