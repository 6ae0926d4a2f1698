"""F11 to F14 at the gateway, over real sockets: breakers, pauses, and a change in mid-answer."""

import asyncio
import time
from contextlib import aclosing
from dataclasses import replace

import pytest
from aiohttp import web

from core.db.tenant import TenantContext
from core.gateway.answer import BROKE_OFF, BUSY, CONTINUED, NO_ANSWER, Gateway, Limits
from core.gateway.model import AgentTurn, Caller, Delta, Failover, Finished
from core.kernel.errors import Unavailable
from tests.integration.gateway_vendor import (
    DONE,
    ROLE,
    WHOLE,
    chunk,
    hanging,
    refused,
    streamed,
)

# Only for who hangs: any other answer has the usual time, however busy the machine.
SHORT = Limits(stall_s=5.0)
TURN = AgentTurn("Pia", "people", "Be kind.", "How many weeks?")
CALLER = Caller("t1", "U1", "people")
NOBODY = asyncio.Event


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def ask(
    gateway: Gateway, context: TenantContext, turn: AgentTurn = TURN
) -> tuple[str, Finished]:
    async with aclosing(gateway.answer(context, turn, CALLER)) as stream:
        *deltas, last = [item async for item in stream]
    assert isinstance(last, Finished)
    return "".join(delta.text for delta in deltas if isinstance(delta, Delta)), last


BREAKS = {
    "cut": (streamed(WHOLE[:3], cut=True), "cut", Limits()),
    "garbage": (streamed([*WHOLE[:3], b"data: {\n\n"]), "garbage", Limits()),
    "an error in the stream": (
        streamed([*WHOLE[:3], b'data: {"error":{"message":"boom"}}\n\n']),
        "server",
        Limits(),
    ),
    "stall": (hanging(WHOLE[:3], asyncio.Event()), "timeout", SHORT),
}


@pytest.mark.parametrize(("reply", "kind", "limits"), BREAKS.values(), ids=BREAKS.keys())
async def test_a_change_in_mid_answer_is_marked_and_goes_on(
    vendors, providers, context, reply, kind, limits
):
    vendors[0].reply = reply
    vendors[1].reply = streamed([ROLE, chunk("for all [1]"), chunk(None, "stop"), DONE])

    text, last = await ask(Gateway(providers, limits), context)

    assert text == f"18 weeks\n\n{CONTINUED}\n\nfor all [1]"
    assert last.failovers == (Failover("first", "m", kind, after_text=True),)
    [(body, _)] = vendors[1].asked
    asked = body["messages"][-1]["content"]
    assert "18 weeks" in asked.split("Question:")[1]
    assert "Go on exactly where it ends" in asked


async def test_an_answer_of_a_given_form_begins_anew(vendors, providers, context):
    vendors[0].reply = streamed([ROLE, chunk('{"summary": "Ei')], cut=True)
    vendors[1].reply = streamed([ROLE, chunk('{"summary": '), chunk('"18"}', "stop"), DONE])
    form = replace(TURN, answer_schema={"type": "object"})

    text, last = await ask(Gateway(providers), context, form)

    assert text == '{"summary": "18"}'
    assert last.failovers == (Failover("first", "m", "cut"),)
    [(body, _)] = vendors[1].asked
    assert "Go on exactly" not in body["messages"][-1]["content"]


async def test_a_code_block_that_broke_off_ends_before_the_mark(vendors, providers, context):
    vendors[0].reply = streamed([ROLE, chunk("```sql\nselect 1")], cut=True)

    text, _ = await ask(Gateway(providers), context)

    assert text.startswith(f"```sql\nselect 1\n```\n\n{CONTINUED}\n\n18 weeks")


async def test_when_nobody_can_go_on_the_person_is_told(vendors, providers, context):
    vendors[0].reply = streamed(WHOLE[:3], cut=True)
    vendors[1].reply = refused(500)
    stream = Gateway(providers).answer(context, TURN, CALLER)
    said = await anext(stream)

    with pytest.raises(Unavailable, match=BROKE_OFF):
        await anext(stream)

    assert said == Delta("18 weeks")


async def test_what_one_company_asks_wrong_closes_the_model_to_nobody(vendors, providers, context):
    """A tool with a form that the vendor does not take is a 400 each time somebody asks."""
    gateway = Gateway(providers[:1])
    vendors[0].reply = refused(400)
    for _ in range(6):
        with pytest.raises(Unavailable):
            await ask(gateway, context)
    vendors[0].reply = streamed(WHOLE)

    _, last = await ask(gateway, context)

    assert last.provider == "first"


async def test_an_account_that_is_refused_opens_the_breaker(vendors, providers, context):
    async def no_key(request: web.Request) -> web.StreamResponse:
        reason = {"status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}
        return web.json_response({"error": reason}, status=400)

    gateway = Gateway(providers)
    vendors[0].reply = no_key

    for _ in range(7):
        await ask(gateway, context)

    assert len(vendors[0].asked) == 5


async def test_what_failed_before_is_told_with_the_answer(vendors, providers, context):
    vendors[0].reply = refused(503)

    _, last = await ask(Gateway(providers), context)

    assert last.failovers == (Failover("first", "m", "server"),)
    assert last.why == "the operator's order"


async def test_a_refused_connection_moves_on_and_no_limit_is_waited_for(
    vendors, providers, context
):
    await vendors[0].server.close()
    start = time.monotonic()

    _, last = await ask(Gateway(providers), context)

    assert last.failovers == (Failover("first", "m", "refused"),)
    assert time.monotonic() - start < Limits().first_text_s


async def test_the_breaker_opens_after_five_failures_and_lets_one_probe_through(
    vendors, providers, context
):
    vendors[0].reply = refused(500)
    clock = Clock()
    gateway = Gateway(providers, clock=clock)

    for _ in range(8):
        await ask(gateway, context)
    assert len(vendors[0].asked) == 5

    clock.now += 31  # half-open: the probe fails, and it stays open
    for _ in range(3):
        await ask(gateway, context)
    assert len(vendors[0].asked) == 6

    clock.now += 31
    vendors[0].reply = streamed(WHOLE)
    for _ in range(3):
        assert (await ask(gateway, context))[1].provider == "first"


async def test_only_one_probe_at_a_time(vendors, providers, context):
    vendors[0].reply = refused(500)
    clock = Clock()
    gateway = Gateway(providers, clock=clock)
    for _ in range(5):
        await ask(gateway, context)
    clock.now += 31
    vendors[0].reply = hanging(WHOLE[:3], asyncio.Event())
    probe = gateway.answer(context, TURN, CALLER)
    assert await anext(probe) == Delta("18 weeks")

    _, other = await ask(gateway, context)
    await probe.aclose()
    vendors[0].reply = streamed(WHOLE)
    _, after = await ask(gateway, context)

    assert (other.provider, after.provider) == ("second", "first")


async def test_retry_after_is_remembered_and_not_waited_on(vendors, providers, context):
    vendors[0].reply = refused(429, **{"Retry-After": "30"})
    clock = Clock()
    gateway = Gateway(providers, clock=clock)
    start = time.monotonic()

    await ask(gateway, context)
    clock.now += 29
    await ask(gateway, context)
    assert len(vendors[0].asked) == 1
    clock.now += 2
    await ask(gateway, context)

    assert len(vendors[0].asked) == 2
    assert time.monotonic() - start < 10


async def test_an_outage_of_all_ends_in_an_apology_each_time_and_stops_asking(
    vendors, providers, context
):
    for vendor in vendors:
        vendor.reply = refused(503)
    gateway = Gateway(providers)

    for _ in range(20):
        with pytest.raises(Unavailable, match="no model answered") as apology:
            await ask(gateway, context)
        assert str(apology.value) == NO_ANSWER

    assert [len(vendor.asked) for vendor in vendors] == [5, 5]


async def test_a_full_provider_hands_on_and_a_full_house_says_so(vendors, providers, context):
    vendors[0].reply = hanging(WHOLE[:3], asyncio.Event())
    limits = Limits(calls_at_once=1, slot_s=0.05, last_slot_s=0.05)
    gateway = Gateway(providers, limits)
    first = gateway.answer(context, TURN, CALLER)
    await anext(first)

    _, last = await ask(gateway, context)
    assert last.failovers == (Failover("first", "m", "busy"),)

    vendors[1].reply = hanging(WHOLE[:3], asyncio.Event())
    second = gateway.answer(context, TURN, CALLER)
    await anext(second)
    with pytest.raises(Unavailable) as apology:
        await ask(gateway, context)
    assert str(apology.value) == BUSY

    await first.aclose()
    await second.aclose()
    vendors[0].reply = streamed(WHOLE)
    assert (await ask(gateway, context))[1].provider == "first"


async def test_one_token_at_a_time_forever_ends_at_the_limit_of_a_try(vendors, providers, context):
    async def drip(request):
        reply = streamed([ROLE])
        response = await reply(request)
        while True:
            await response.write(chunk("drip "))
            await asyncio.sleep(0.02)

    vendors[0].reply = drip
    limits = Limits(try_s=5.0)  # the second one has no more than this either

    text, last = await ask(Gateway(providers, limits), context)

    assert last.failovers == (Failover("first", "m", "timeout", after_text=True),)
    assert text.startswith("drip ")
    assert text.endswith("[1]")
