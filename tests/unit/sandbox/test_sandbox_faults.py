"""Troubles of delivery and of the control API's switches."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox import Sandbox
from bot.sandbox.faults.dice import Dice

Json = dict[str, Any]


@pytest.fixture
def switch(http: aiohttp.ClientSession) -> Any:
    async def put(**switches: Any) -> Json:
        async with http.put("/sandbox/faults", json=switches) as response:
            return dict(await response.json()) | {"status": response.status}

    return put


@pytest.fixture
def lines(http: aiohttp.ClientSession) -> Any:
    async def read(what: str, since: int = 0) -> list[Json]:
        async with http.get(f"/sandbox/{what}", params={"since": since}) as response:
            return [json.loads(line) for line in (await response.text()).splitlines()]

    return read


async def test_switches_are_shown_set_and_refused(http: aiohttp.ClientSession, switch: Any) -> None:
    before = await switch()
    after = await switch(duplicates=2, reorder=0.5, seed=7)
    wrong = [
        {"nonsense": 1},
        {"reorder": 2},
        {"reorder_s": -1},
        {"half_open": 1},
        {"duplicates": 0.5},
    ]
    refused = [(await switch(slow_s=9, **one))["status"] for one in wrong]
    async with http.get("/sandbox/switches") as response:
        described = {one["name"]: one for one in (await response.json())["switches"]}

    assert (before["duplicates"], before["token_seconds"]) == (0, 43200)
    assert (after["duplicates"], after["reorder"], after["seed"]) == (2, 0.5, 7)
    assert refused == [400] * 5
    # A wrong one sets none of them.
    assert (await switch())["slow_s"] == 0
    assert described["reorder"]["unit"] == "share"
    assert described["duplicates"]["value"] == 2


async def test_every_event_comes_so_many_times_more(
    listener: Any, person: Any, switch: Any
) -> None:
    await switch(duplicates=2)
    await person().say("hello")
    bodies = [json.loads((await listener.next())[2]) for _ in range(3)]

    assert len({body["event_id"] for body in bodies}) == 1
    await switch(duplicates=0)
    await person().say("last")
    assert (await listener.next_event())["text"] == "last"


async def test_a_held_event_comes_after_a_later_one(
    listener: Any, person: Any, switch: Any
) -> None:
    await switch(reorder=1, reorder_s=0.3)
    await person().say("first")
    await switch(reorder=0)
    await person().say("second")

    texts = [(await listener.next_event())["text"] for _ in range(2)]
    assert texts == ["second", "first"]


async def test_an_acknowledged_event_comes_again_as_a_retry(
    listener: Any, person: Any, switch: Any
) -> None:
    await switch(redeliver=1)
    await person().say("hello")
    tries = [await listener.next() for _ in range(2)]
    await switch(redeliver=0)
    await person().say("last")

    numbers = [headers.get("x-slack-retry-num") for _, headers, _ in tries]
    assert numbers == [None, "1"]
    assert tries[1][1]["x-slack-retry-reason"] == "http_timeout"
    assert (await listener.next_event())["text"] == "last"


async def test_unreachable_sends_nothing_and_the_retry_comes_later(person: Any, until: Any) -> None:
    async with Sandbox.open(retry_after_s=(0, 0.2)) as sandbox:
        got: list[Json] = []

        async def take(request: web.Request) -> web.Response:
            got.append(dict(request.headers))
            return web.Response()

        app = web.Application()
        app.router.add_post("/events", take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        sandbox.world.app.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        sandbox.world.faults.unreachable = True
        async with aiohttp.ClientSession(sandbox.url) as http:
            seat = {"workspace": "northwind", "person": "ana", "in": "dm", "text": "hello"}
            await http.post("/sandbox/say", json=seat)
            await until(lambda: sandbox.courier.log.last == 2)
            assert got == []
            sandbox.world.faults.unreachable = False
            await until(lambda: bool(got))
        await runner.cleanup()

    assert got[0]["X-Slack-Retry-Num"] == "2"
    assert got[0]["X-Slack-Retry-Reason"] == "connection_failed"


async def test_several_processes_take_turns_and_a_dead_one_is_passed_over(
    http: aiohttp.ClientSession, person: Any, listener: Any, until: Any, sandbox: Sandbox
) -> None:
    dead = "http://127.0.0.1:1/slack"
    async with http.put("/sandbox/app", json={"request_urls": [dead, listener.url]}) as response:
        assert (await response.json())["request_urls"] == [dead, listener.url]
    for number in range(4):
        await person().say(f"m{number}")
    tries = [await listener.next() for _ in range(4)]

    assert all("x-slack-retry-num" not in headers for _, headers, _ in tries)
    await until(lambda: sandbox.courier.log.last == 4)
    assert {one.status for one in sandbox.courier.log.after(0)} == {200}


async def test_deliveries_are_numbered_and_tell_how_they_went(
    listener: Any, person: Any, lines: Any, until: Any, sandbox: Sandbox
) -> None:
    listener.answers = [lambda: web.Response(status=503)]
    ts = await person().say("hello")
    await until(lambda: sandbox.courier.log.last == 2)
    first, second = await lines("deliveries")

    assert (first["n"], first["attempt"], first["retry_reason"], first["status"]) == (
        *(1, 0),
        None,
        503,
    )
    assert (second["attempt"], second["retry_reason"], second["status"]) == (1, "http_error", 200)
    assert first["event_id"] == second["event_id"]
    assert first["ts"] == ts
    assert (first["kind"], first["type"], first["workspace"]) == ("events", "message", "northwind")
    assert first["took_ms"] >= 0
    assert await lines("deliveries", since=1) == [second]
    assert await lines("deliveries", since=9) == []


async def test_a_delivery_that_waits_for_its_next_try_is_under_way(until: Any) -> None:
    async with Sandbox.open(retry_after_s=(0, 60)) as sandbox:
        sandbox.world.app.request_url = "http://127.0.0.1:1"
        async with aiohttp.ClientSession(sandbox.url) as http:

            async def under_way() -> str:
                async with http.get("/sandbox/deliveries") as response:
                    return response.headers["X-Under-Way"]

            before = await under_way()
            seat = {"workspace": "northwind", "person": "ana", "in": "dm", "text": "hello"}
            await http.post("/sandbox/say", json=seat)
            await until(lambda: sandbox.courier.log.last == 2)

            assert (before, await under_way()) == ("0", "1")


async def test_the_transcript_is_what_stands_now(
    http: aiohttp.ClientSession, person: Any, slack: Any, sandbox: Sandbox, lines: Any
) -> None:
    ana = person()
    first = await ana.say("one")
    upto = (await lines("transcript"))[0]["seq"]
    northwind = sandbox.world.find_workspace("northwind")
    assert northwind is not None
    channel = northwind.find_channel("dm", northwind.find_person("ana"))
    assert channel is not None
    said = await slack.chat_postMessage(channel=channel.id, text="two", thread_ts=first)
    gone = await slack.chat_postMessage(channel=channel.id, text="three")
    await slack.chat_update(channel=channel.id, ts=said["ts"], text="two, mended")
    await slack.chat_delete(channel=channel.id, ts=gone["ts"])

    (line,) = await lines("transcript", since=upto)
    assert (line["text"], line["author"], line["is_app"]) == ("two, mended", "AEGIS", True)
    assert (line["thread_ts"], line["people"], line["channel"]) == (first, ["ana"], "dm")
    assert (line["streaming"], line["ephemeral_to"]) == (False, None)
    assert [one["text"] for one in await lines("transcript")] == ["one", "two, mended"]


async def test_five_hundred_workspaces_are_quick_and_work(
    http: aiohttp.ClientSession, person: Any, listener: Any, sandbox: Sandbox
) -> None:
    began = asyncio.get_running_loop().time()
    async with http.post("/sandbox/workspaces", json={"count": 500}) as response:
        names = (await response.json())["workspaces"]
    took_s = asyncio.get_running_loop().time() - began
    await person("p2", "#general", "w0500").say("hello")

    assert (names[0], names[-1], len(names)) == ("w0001", "w0500", 500)
    assert took_s < 3
    assert len(sandbox.credentials["workspaces"]) == 502
    assert (await listener.next_event())["text"] == "hello"


def test_the_same_seed_gives_the_same_chance() -> None:
    def throws(seed: int) -> list[bool]:
        dice = Dice(seed)
        # Another purpose in between does not shift the row.
        return [
            dice.happens(0.5, "a") and dice.happens(0.5, "b", str(n)) is not None for n in range(50)
        ]

    assert throws(1) == throws(1)
    assert throws(1) != throws(2)
    assert Dice(1).seed == 1
