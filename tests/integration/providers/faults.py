"""Models that fail in one vendor's wire format, and a gateway that asks them."""

import asyncio
from contextlib import aclosing

from aiohttp import web

from core.db.tenant import TenantContext
from core.gateway.answer import Gateway, Limits
from core.gateway.model import AgentTurn, Caller, Delta, Finished
from tests.integration.gateway_vendor import Reply, streamed
from tests.integration.providers.speakers import VENDORS, Line, halves, spoken_by

USUAL = Limits()
# Shorter, and still longer than a machine that is busy needs for an answer: who is asked next has
# no more time than this either.
SHORT = Limits(first_text_s=5.0, stall_s=5.0, try_s=6.0)
TURN = AgentTurn("Pia", "people", "Be kind.", "Wie viele Wochen?")
CALLER = Caller("t1", "U1", "people")
SAID, ELSE = "Parents get 18 weeks.", "Eighteen weeks it is."


def next_to(vendor: str) -> str:
    """Another wire format."""
    return VENDORS[(VENDORS.index(vendor) + 1) % len(VENDORS)]


def begun(vendor: str) -> list[bytes]:
    """What it sends up to the first half of its words."""
    events = spoken_by(vendor, Line(SAID))
    first = next(n for n, event in enumerate(events) if halves(SAID)[0].encode() in event)
    return events[: first + 1]


def before_words(vendor: str) -> list[bytes]:
    return begun(vendor)[:-1]


def dripping(vendor: str, seconds: float) -> Reply:
    """A word at a time, for ever."""

    async def reply(request: web.Request) -> web.StreamResponse:
        *opening, word = begun(vendor)
        response = await streamed(opening)(request)
        while True:
            await response.write(word)
            await asyncio.sleep(seconds)

    return reply


async def ask(gateway: Gateway, context: TenantContext) -> tuple[str, Finished]:
    """The text of an answer, and how it came about."""
    async with aclosing(gateway.answer(context, TURN, CALLER)) as stream:
        *deltas, last = [item async for item in stream]
    assert isinstance(last, Finished)
    return "".join(delta.text for delta in deltas if isinstance(delta, Delta)), last


HALF_AN_EVENT = b'data: {"half": \n\n'
