"""The gateway over real sockets: who is asked next, when, and what a person gets in the end."""

import asyncio
import time
from contextlib import aclosing

import pytest

from core.db.tenant import TenantContext, TenantDB
from core.gateway.answer import NO_ANSWER, Gateway, Limits
from core.gateway.model import AgentTurn, Caller, Delta, Finished
from core.gateway.providers.offline.offline import Offline
from core.kernel.errors import Unavailable
from core.kernel.ids import new_id, tenant_id
from core.kernel.sealing import Sealer, new_key
from tests.integration.gateway_vendor import (
    DONE,
    ROLE,
    WHOLE,
    chunk,
    hanging,
    refused,
    streamed,
)

# Long enough for a busy machine: the second provider has no more than this either.
SHORT = Limits(first_text_s=5.0, stall_s=5.0)
TURN = AgentTurn("Pia", "people", "Be kind.", "How many weeks?")
CALLER = Caller("t1", "U1", "people")
ANSWER = "18 weeks für alle 🚲 [1]"


@pytest.fixture
def tenant() -> TenantContext:
    someone = tenant_id(new_id())
    return TenantContext(someone, TenantDB(None, someone), Sealer(new_key()), new_key(), 2)


async def ask(gateway: Gateway, tenant: TenantContext) -> tuple[str, Finished]:
    async with aclosing(gateway.answer(tenant, TURN, CALLER)) as stream:
        *deltas, last = [item async for item in stream]
    assert isinstance(last, Finished)
    return "".join(delta.text for delta in deltas if isinstance(delta, Delta)), last


async def test_the_first_provider_answers_and_the_second_is_left_alone(vendors, providers, tenant):
    text, last = await ask(Gateway(providers), tenant)

    assert (text, last.provider) == (ANSWER, "first")
    assert vendors[1].asked == []


FAILURES = {
    "429": refused(429),
    "500": refused(500),
    "401": refused(401),
    "nothing said": streamed([]),
    "cut before text": streamed([ROLE], cut=True),
    "rubbish": streamed([b"data: <html>\n\n"]),
    "an error object": streamed([ROLE, b'data: {"error":{"message":"boom"}}\n\n']),
    "an empty answer": streamed([ROLE, chunk("", "stop"), DONE]),
    "a blank answer": streamed([ROLE, chunk("  \n"), chunk("\n", "stop"), DONE]),
    "a hang": hanging([], asyncio.Event()),
    "pings and no text": hanging([b": ping\n\n", ROLE, chunk(" ")], asyncio.Event()),
}


@pytest.mark.parametrize("reply", FAILURES.values(), ids=FAILURES.keys())
async def test_a_failure_before_the_first_text_moves_on(vendors, providers, tenant, reply):
    vendors[0].reply = reply

    text, last = await ask(Gateway(providers, SHORT), tenant)

    assert (text, last.provider) == (ANSWER, "second")


async def test_the_offline_model_can_stand_last(vendors, providers, tenant):
    for vendor in vendors:
        vendor.reply = refused(500)

    text, last = await ask(Gateway([*providers, Offline()]), tenant)

    assert last.provider == "offline"
    assert text.startswith("I found nothing on this in your documents.")


async def test_when_all_fail_there_is_a_plain_apology(vendors, providers, tenant):
    for vendor in vendors:
        vendor.reply = refused(500)

    with pytest.raises(Unavailable) as apology:
        await ask(Gateway(providers), tenant)

    assert str(apology.value) == NO_ANSWER


async def test_a_provider_that_asked_for_a_pause_is_not_asked_again(vendors, providers, tenant):
    vendors[0].reply = refused(429, **{"Retry-After": "30"})
    gateway = Gateway(providers)

    await ask(gateway, tenant)
    await ask(gateway, tenant)

    assert [len(vendor.asked) for vendor in vendors] == [1, 2]


async def test_after_the_pause_it_is_asked_again(vendors, providers, tenant):
    vendors[0].reply = refused(429, **{"Retry-After": "0.2"})
    gateway = Gateway(providers)
    await ask(gateway, tenant)
    vendors[0].reply = streamed(WHOLE)

    deadline = time.monotonic() + 5
    while (await ask(gateway, tenant))[1].provider == "second":
        assert time.monotonic() < deadline

    assert len(vendors[0].asked) == 2


async def test_nobody_waits_longer_than_the_whole_allows(vendors, providers, tenant):
    for vendor in vendors:
        vendor.reply = hanging([], asyncio.Event())
    limits = Limits(first_text_s=30, stall_s=30, try_s=30, total_s=0.3)
    start = time.monotonic()

    with pytest.raises(Unavailable, match="no model answered"):
        await ask(Gateway(providers, limits), tenant)

    assert time.monotonic() - start < limits.first_text_s


async def test_a_stop_hangs_up_on_the_provider(vendors, providers, tenant):
    gone = asyncio.Event()
    vendors[0].reply = hanging(WHOLE[:3], gone)
    stream = Gateway(providers).answer(tenant, TURN, CALLER)
    assert await anext(stream) == Delta("18 weeks")

    await stream.aclose()

    async with asyncio.timeout(5):
        await gone.wait()


async def test_a_cancelled_turn_hangs_up_on_the_provider(vendors, providers, tenant):
    gone, heard = asyncio.Event(), asyncio.Event()
    vendors[0].reply = hanging(WHOLE[:3], gone)

    async def listen() -> None:
        async with aclosing(Gateway(providers).answer(tenant, TURN, CALLER)) as stream:
            async for _ in stream:
                heard.set()

    turn = asyncio.create_task(listen())
    async with asyncio.timeout(5):
        await heard.wait()
        turn.cancel()
        await gone.wait()

    with pytest.raises(asyncio.CancelledError):
        await turn


async def test_an_answer_without_end_is_ended(vendors, providers, tenant):
    vendors[0].reply = streamed([chunk("word " * 200)] * 50)

    text, last = await ask(Gateway(providers, Limits(answer_characters=5_000)), tenant)

    assert last.reason == "length"
    assert len(text) == 5_000


async def test_one_piece_is_cut_to_the_whole_that_is_allowed(vendors, providers, tenant):
    vendors[0].reply = streamed([chunk("x" * 900_000), chunk(None, "stop"), DONE])

    text, last = await ask(Gateway(providers, Limits(answer_characters=1_000)), tenant)

    assert (len(text), last.reason) == (1_000, "length")


async def test_what_no_database_text_can_hold_is_left_out(vendors, providers, tenant):
    vendors[0].reply = streamed([chunk("\0"), chunk("18\0 weeks"), chunk(None, "stop"), DONE])

    text, _ = await ask(Gateway(providers), tenant)

    assert text == "18 weeks"


async def test_the_log_names_the_failure_and_nothing_that_was_said(
    vendors, providers, tenant, caplog
):
    vendors[0].reply = refused(500)

    with caplog.at_level("INFO"):
        await ask(Gateway(providers), tenant)

    assert "provider first, model m: server: HTTP 500" in caplog.text
    assert "How many weeks" not in caplog.text
    assert "secret question" not in caplog.text


def test_a_gateway_to_nowhere_is_refused():
    with pytest.raises(ValueError, match="at least one provider"):
        Gateway([])
