"""Models that say nothing for a good reason, over each vendor's wire: they think, or write a call, or
their vendor lets them say nothing."""

import asyncio
import time

import pytest
from aiohttp import web

from core.gateway.answer import NO_ANSWER, WITHHELD, Limits
from core.gateway.model import Failover
from core.kernel.errors import Unavailable
from tests.integration.gateway_vendor import Reply, refused, streamed
from tests.integration.providers.faults import ELSE, SAID, ask
from tests.integration.providers.speakers import VENDORS, Line, spoken_by
from tests.integration.providers.vendor import sent

# Longer than a busy machine needs for a first event; the others are longer than any test.
BRIEF = Limits(first_text_s=5.0, stall_s=20.0)
LONGER = 5.6  # seconds, than BRIEF allows for the first sign


def chunk(reason=None, **delta):
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def grown(index, kind, **delta):
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **delta}}


USE = {"type": "tool_use", "id": "c1", "name": "save_to_knowledge", "input": {}}
PIECE = {"index": 0, "id": "c1", "function": {"name": "save_to_knowledge", "arguments": " "}}
OPENED = {"type": "content_block_start", "index": 7, "content_block": USE}
# Gemini sends a call whole: it has nothing to write for long.
AT_WORK = {
    ("openai", "thinks"): ([], chunk(reasoning="Hm.")),
    ("openai", "writes a call"): ([], chunk(tool_calls=[PIECE])),
    ("anthropic", "thinks"): ([], grown(6, "thinking_delta", thinking="Hm.")),
    ("anthropic", "writes a call"): ([OPENED], grown(7, "input_json_delta", partial_json=" ")),
    ("gemini", "thinks"): (
        [],
        {"candidates": [{"content": {"parts": [{"text": "Hm.", "thought": True}]}}]},
    ),
}


def at_work(vendor: str, what: str, seconds: float) -> Reply:
    """Says nothing for so long, and then its words."""
    opening, piece = AT_WORK[vendor, what]

    async def reply(request: web.Request) -> web.StreamResponse:
        response = await streamed([sent(event) for event in opening])(request)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await response.write(sent(piece))
            await asyncio.sleep(0.05)
        for event in spoken_by(vendor, Line(SAID)):
            await response.write(event)
        return response

    return reply


async def test_f12_a_model_that_is_at_work_is_waited_for(house, tenant):
    async def is_so_with(vendor, what):
        gateway, _ = await house((vendor, [at_work(vendor, what, LONGER)]), limits=BRIEF)
        text, last = await ask(gateway, tenant)
        assert (vendor, what, text, last.failovers) == (vendor, what, SAID, ())

    await asyncio.gather(*(is_so_with(*case) for case in AT_WORK))  # at once, for they take long


async def test_f12_a_model_that_thinks_for_ever_ends_at_the_limit_of_a_try(pair, tenant):
    limits = Limits(first_text_s=2.0, stall_s=2.0, try_s=2.5)

    async def is_so_with(vendor):
        gateway, _ = await pair(vendor, at_work(vendor, "thinks", 60.0), limits=limits)
        text, last = await ask(gateway, tenant)
        assert (vendor, text) == (vendor, ELSE)
        assert last.failovers == (Failover(vendor, "m-1", "timeout"),)

    await asyncio.gather(*map(is_so_with, VENDORS))


def anthropic_ends(reason):
    ends = {"type": "message_delta", "delta": {"stop_reason": reason}}
    return [{"type": "message_start", "message": {}}, ends, {"type": "message_stop"}]


WORDLESS = {
    ("openai", "filtered"): [chunk("content_filter")],
    ("openai", "length"): [chunk(reasoning="Hm."), chunk("length")],
    ("anthropic", "filtered"): anthropic_ends("refusal"),
    ("anthropic", "length"): anthropic_ends("max_tokens"),
    ("gemini", "filtered"): [{"promptFeedback": {"blockReason": "SAFETY"}}],
    ("gemini", "length"): [{"candidates": [{"finishReason": "MAX_TOKENS"}]}],
}
wordless = pytest.mark.parametrize(("vendor", "kind"), WORDLESS)


def says_nothing(vendor: str, kind: str) -> Reply:
    return streamed([sent(event) for event in WORDLESS[vendor, kind]])


@wordless
async def test_what_a_vendor_withholds_from_one_closes_the_model_to_nobody(
    house, tenant, vendor, kind
):
    good = streamed(spoken_by(vendor, Line(SAID)))
    gateway, _ = await house((vendor, [*[says_nothing(vendor, kind)] * 6, good]))
    for _ in range(6):
        with pytest.raises(Unavailable) as apology:
            await ask(gateway, tenant)
        assert str(apology.value) == WITHHELD

    text, _ = await ask(gateway, tenant)

    assert text == SAID


@wordless
async def test_the_next_model_may_answer_what_one_withholds(pair, tenant, vendor, kind):
    gateway, _ = await pair(vendor, says_nothing(vendor, kind))

    text, last = await ask(gateway, tenant)

    assert (text, last.failovers) == (ELSE, (Failover(vendor, "m-1", kind),))


async def test_where_another_is_only_down_it_may_answer_in_a_minute(house, tenant):
    replies = ("openai", [says_nothing("openai", "filtered")]), ("gemini", [refused(503)])
    gateway, _ = await house(*replies)

    with pytest.raises(Unavailable) as apology:
        await ask(gateway, tenant)

    assert str(apology.value) == NO_ANSWER


async def test_a_filter_that_refuses_the_request_has_withheld_the_answer_too(house, tenant):
    """So does Azure: a 400 with this code."""

    async def blocks(request: web.Request) -> web.StreamResponse:
        error = {"code": "content_filter", "message": "The response was filtered.", "status": 400}
        return web.json_response({"error": error}, status=400)

    gateway, _ = await house(("openai", [blocks]))

    with pytest.raises(Unavailable) as apology:
        await ask(gateway, tenant)

    assert str(apology.value) == WITHHELD
