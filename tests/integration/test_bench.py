"""The bench measures what it says it measures. No test here looks at a figure: machines differ."""

import asyncio
import json
import os
import sys
from contextlib import aclosing

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bench.__main__ import broken_promises
from bench.intake.load import Plan
from bench.intake.measure import send
from bench.processes import BenchError, running
from bench.streams.measure import FINEST_STEP, Step, held, search
from bench.tenants.memory import private_mb
from bot.intake.addressing import address_event
from bot.intake.signature import SignatureVerifier
from core.gateway.answer import Gateway
from core.gateway.model import AgentTurn, Caller, Delta
from core.gateway.providers.openai.adapter import OpenAICompatible
from core.gateway.providers.wire.client import open_http_client
from core.kernel.secret import Secret


@pytest.fixture
async def slack_app():
    """An app that checks what it is sent, and refuses what Slack would not send."""
    verifier, taken = SignatureVerifier(Secret("s3cret")), []

    async def events(request: web.Request) -> web.Response:
        body = await request.read()
        stamp = request.headers["X-Slack-Request-Timestamp"]
        if not verifier.accepts(body, stamp, request.headers["X-Slack-Signature"]):
            return web.Response(status=401)
        taken.append((len(body), address_event(json.loads(body))))
        return web.Response()

    app = web.Application()
    app.router.add_post("/slack/events", events)
    async with TestServer(app, host="127.0.0.1") as server:
        yield server, taken


async def test_the_load_is_signed_events_no_two_alike_and_every_answer_is_counted(slack_app):
    server, taken = slack_app
    plan = Plan(server.port, "/slack/events", "s3cret", ("T1", "T2"), 0.2, 0.1, 4, 10)

    report = await send(plan)

    events = [event for _, event in taken]
    assert report.statuses == {"200": len(taken)}
    assert len({event.event_id for event in events}) == len(events)
    assert len({event.mailbox for event in events}) == len(events)
    assert {event.origin.id for event in events} == {"T1", "T2"}
    assert all(1000 <= size <= 1300 for size, _ in taken)


async def test_a_refused_event_is_not_counted_as_taken(slack_app):
    server, taken = slack_app
    report = await send(Plan(server.port, "/slack/events", "wrong", ("T1",), 0.1, 0.0, 2, 10))

    assert not taken
    assert set(report.statuses) == {"401"}
    assert (report.accepted, report.per_s) == (0, 0)


async def test_a_program_that_does_not_start_says_why():
    with pytest.raises(BenchError, match="No module named"):
        async with running("bench.no_such_part"):
            pass


@pytest.mark.parametrize("limit", [0, 90, 310, 640, 5000])
async def test_the_search_finds_the_limit(limit):
    async def measure(streams: int) -> Step:
        return Step(streams, 20.0 if streams <= limit else 200.0, 1.0, 0)

    found = held(await search(measure))

    assert found <= limit
    assert found == 800 if limit > 800 else limit - found <= FINEST_STEP


async def test_one_busy_moment_is_not_a_limit():
    tries: list[int] = []

    async def measure(streams: int) -> Step:
        tries.append(streams)
        return Step(streams, 200.0 if tries == [100] else 20.0, 1.0, 0)

    assert held(await search(measure)) == 800


async def test_the_vendor_writes_the_time_into_each_token(context):
    turn = AgentTurn("Nora", "People", "Be brief.", "How much leave do we get?")
    async with running("bench.streams.vendor") as vendor, open_http_client() as client:
        provider = OpenAICompatible(client, Secret("k"), f"{vendor.address}/v1", "m", "bench")
        stamps: list[int] = []
        async with aclosing(
            Gateway([provider]).answer(context, turn, Caller("t1", "U1", "people"))
        ) as answer:
            async for item in answer:
                assert isinstance(item, Delta)
                stamps += map(int, item.text.split())
                if len(stamps) >= 3:
                    break

    assert stamps == sorted(stamps)


async def test_the_cost_of_a_tenant_comes_as_one_line_of_figures():
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "bench", "tenants", "--count", "10", "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 110)

    assert process.returncode == 0
    [line] = said.decode().splitlines()
    figures = json.loads(line)
    assert set(figures) == {
        "provision_ms_p50",
        "catalog_mb",
        "backend_mb",
        "migrate_ms_per_tenant",
        "export_s",
        "erase_s",
        "hot_query_ratio",
        "first_set_role_ms",
    }
    assert all(figure > 0 for figure in figures.values())


def test_memory_of_ones_own_is_counted_and_that_of_nobody_is_none():
    before = private_mb(os.getpid())
    held = bytearray(os.urandom(32 * 2**20))

    assert 30 < private_mb(os.getpid()) - before < 40
    assert len(held) == 32 * 2**20
    assert private_mb(2**22 + 1) == 0


def test_a_ratio_that_does_not_hold_fails_the_run_whatever_the_machine():
    held = {"intake_ratio": 1.0, "flood_p95_ratio": 1.5, "retrieval_10k_ms_p95": 1e9}
    assert broken_promises(held) == broken_promises({}) == []

    slow, unfair = broken_promises({"intake_ratio": 0.99, "flood_p95_ratio": 1.51})
    assert slow.startswith("intake_ratio is 0.99")
    assert unfair.startswith("flood_p95_ratio is 1.51")
