"""Troubles of Socket Mode: lost acknowledgements, half-open sockets, too many of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox

Dial = Callable[..., Awaitable[aiohttp.ClientWebSocketResponse]]


@pytest.fixture
async def dial(sandbox: Sandbox, http: aiohttp.ClientSession) -> Dial:
    async def dialled() -> aiohttp.ClientWebSocketResponse:
        return await http.ws_connect(sandbox.sockets.issue(sandbox.url), autoping=False)

    return dialled


async def switch(http: aiohttp.ClientSession, **switches: Any) -> None:
    async with http.put("/sandbox/faults", json=switches) as response:
        assert response.status == 200


@pytest.mark.parametrize("answer_s", [0.3])
async def test_a_lost_acknowledgement_brings_the_envelope_again(
    dial: Dial, person: Any, http: aiohttp.ClientSession
) -> None:
    socket = await dial()
    await socket.receive_json(timeout=5)
    await switch(http, drop_acks=1)
    await person().say("hello")
    first = await socket.receive_json(timeout=5)
    await socket.send_json({"envelope_id": first["envelope_id"]})
    again = await socket.receive_json(timeout=5)
    await switch(http, drop_acks=0)
    await socket.send_json({"envelope_id": again["envelope_id"]})
    await person().say("second")

    assert again["payload"]["event_id"] == first["payload"]["event_id"]
    assert (again["retry_attempt"], again["retry_reason"]) == (1, "http_timeout")
    assert (await socket.receive_json(timeout=5))["payload"]["event"]["text"] == "second"
    await socket.close()


@pytest.mark.parametrize("answer_s", [0.3])
async def test_a_half_open_socket_swallows_all_and_a_later_one_gets_it(
    dial: Dial, person: Any, http: aiohttp.ClientSession, sandbox: Sandbox
) -> None:
    dead = await dial()
    await dead.receive_json(timeout=5)
    await dead.ping(b"before")
    pong = await dead.receive(timeout=5)
    await switch(http, half_open=True)
    await dead.ping(b"after")
    await person().say("hello")
    with pytest.raises(asyncio.TimeoutError):
        await dead.receive(timeout=0.2)
    alive = await dial()
    await alive.receive_json(timeout=5)
    envelope = await alive.receive_json(timeout=5)

    assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"before")
    assert envelope["payload"]["event"]["text"] == "hello"
    assert envelope["retry_attempt"] >= 1
    assert sandbox.sockets.connections == 2
    await alive.close()


async def test_a_client_that_notices_a_half_open_socket_comes_back(
    sandbox: Sandbox, slack: AsyncWebClient, person: Any, until: Any
) -> None:
    app = AsyncApp(client=slack, signing_secret=sandbox.credentials["signing_secret"])
    heard: list[str] = []

    @app.event("message")
    async def on_message(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    handler = AsyncSocketModeHandler(
        app, sandbox.credentials["app_token"], web_client=slack, ping_interval=0.2
    )
    await handler.connect_async()
    try:
        await until(lambda: sandbox.sockets.connections == 1)
        sandbox.sockets.cut_silently()
        await until(lambda: sandbox.sockets.sound == 1)
        await person().say("hello")
        await until(lambda: heard == ["hello"])
    finally:
        await handler.close_async()

    assert heard == ["hello"]


async def test_too_many_websockets_turns_new_ones_away(
    dial: Dial, http: aiohttp.ClientSession, sandbox: Sandbox
) -> None:
    kept = await dial()
    await kept.receive_json(timeout=5)
    await switch(http, too_many_websockets=True)
    refused = await (await dial()).receive_json(timeout=5)
    await switch(http, too_many_websockets=False)
    others = [await dial() for _ in range(10)]
    said = [await one.receive_json(timeout=5) for one in others]

    assert (refused["type"], refused["reason"]) == ("disconnect", "too_many_websockets")
    assert [one["type"] for one in said] == ["hello"] * 9 + ["disconnect"]
    assert sandbox.sockets.connections == 10
    for socket in (kept, *others):
        await socket.close()


async def test_sockets_are_refreshed_over_http(dial: Dial, http: aiohttp.ClientSession) -> None:
    socket = await dial()
    await socket.receive_json(timeout=5)
    async with http.post("/sandbox/refresh_sockets", json={}) as response:
        asked = (await response.json())["sockets"]
    message = await socket.receive_json(timeout=5)

    assert asked == 1
    assert (message["type"], message["reason"]) == ("disconnect", "refresh_requested")
    await socket.close()
