"""F11 and F12, phrase by phrase, over each vendor's wire: an answer, or a plain apology, in time.

The first model fails in one wire format; whoever is asked next speaks another.
"""

import asyncio
import time

import pytest

from core.gateway.answer import CONTINUED, Limits
from core.gateway.model import Failover
from core.kernel.errors import Unavailable
from tests.integration.gateway_vendor import hanging, refused, streamed
from tests.integration.providers.faults import (
    ELSE,
    SAID,
    SHORT,
    USUAL,
    ask,
    before_words,
    begun,
    dripping,
    next_to,
)
from tests.integration.providers.speakers import VENDORS, Line, halves, spoken_by
from tests.integration.test_gateway_failover import Clock


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("status", "kind"), [(429, "rate_limited"), (500, "server"), (503, "server"), (401, "refused")]
)
async def test_f11_a_refusal_moves_on_and_no_limit_is_waited_for(
    pair, tenant, vendor, status, kind
):
    gateway, _ = await pair(vendor, refused(status))
    start = time.monotonic()

    text, last = await ask(gateway, tenant)

    assert (text, last.provider) == (ELSE, next_to(vendor))
    assert last.failovers == (Failover(vendor, "m-1", kind),)
    assert time.monotonic() - start < USUAL.first_text_s


@pytest.mark.parametrize("vendor", VENDORS)
async def test_f11_a_connection_that_is_refused_moves_on(pair, tenant, vendor):
    gateway, servers = await pair(vendor, refused(500))
    await servers[0].server.close()
    start = time.monotonic()

    text, last = await ask(gateway, tenant)

    assert (text, last.failovers) == (ELSE, (Failover(vendor, "m-1", "refused"),))
    assert time.monotonic() - start < USUAL.first_text_s


@pytest.mark.parametrize("vendor", VENDORS)
async def test_f11_retry_after_is_honoured(pair, tenant, vendor):
    clock = Clock()
    busy, good = (
        refused(429, **{"Retry-After": "40"}),
        streamed(spoken_by(vendor, Line(SAID))),
    )
    gateway, servers = await pair(vendor, busy, good, clock=clock)

    first, _ = await ask(gateway, tenant)
    clock.now += 39
    second, _ = await ask(gateway, tenant)
    clock.now += 2
    third, _ = await ask(gateway, tenant)

    assert (first, second, third) == (ELSE, ELSE, SAID)
    assert len(servers[0].asked) == 2


@pytest.mark.parametrize("vendor", VENDORS)
async def test_f11_five_failures_open_the_breaker_and_a_probe_closes_it(pair, tenant, vendor):
    clock = Clock()
    good = streamed(spoken_by(vendor, Line(SAID)))
    gateway, servers = await pair(vendor, *[refused(500)] * 5, good, clock=clock)

    for _ in range(7):
        await ask(gateway, tenant)
        clock.now += 4
    asked_at_first = len(servers[0].asked)
    clock.now += 30
    after = await ask(gateway, tenant)

    assert (asked_at_first, after[0]) == (5, SAID)


F12 = {
    "hangs without a byte": lambda vendor: hanging([], asyncio.Event()),
    "hangs before its words": lambda vendor: hanging(before_words(vendor), asyncio.Event()),
    "is cut before its words": lambda vendor: streamed(before_words(vendor), cut=True),
}


@pytest.mark.parametrize("fault", F12.values(), ids=F12.keys())
async def test_f12_before_the_first_words_the_next_one_answers(pair, tenant, fault):
    async def is_so_with(vendor):
        gateway, _ = await pair(vendor, fault(vendor), limits=SHORT)
        text, last = await ask(gateway, tenant)
        assert (vendor, text) == (vendor, ELSE)
        assert last.failovers[0].kind in ("timeout", "cut")
        assert not last.failovers[0].after_text

    await asyncio.gather(*map(is_so_with, VENDORS))  # at once, for some of them wait


F12_LATER = {
    "hangs": (lambda vendor: hanging(begun(vendor), asyncio.Event()), "timeout"),
    "is cut": (lambda vendor: streamed(begun(vendor), cut=True), "cut"),
    "ends without an end": (lambda vendor: streamed(begun(vendor)), "cut"),
    "says a word in longer than it may": (lambda vendor: dripping(vendor, 60.0), "timeout"),
    "says words for ever": (lambda vendor: dripping(vendor, 0.02), "timeout"),
}


@pytest.mark.parametrize(("fault", "kind"), F12_LATER.values(), ids=F12_LATER.keys())
async def test_f12_in_mid_answer_the_next_one_goes_on(pair, tenant, fault, kind):
    async def is_so_with(vendor):
        gateway, _ = await pair(vendor, fault(vendor), limits=SHORT)
        text, last = await ask(gateway, tenant)
        assert text.startswith(halves(SAID)[0])
        assert text.endswith(f"\n\n{CONTINUED}\n\n{ELSE}")
        assert last.failovers == (Failover(vendor, "m-1", kind, after_text=True),)

    await asyncio.gather(*map(is_so_with, VENDORS))


@pytest.mark.parametrize("vendor", VENDORS)
async def test_f12_whoever_waits_hears_something_in_time_although_all_hang(house, tenant, vendor):
    silent = hanging(before_words(vendor), asyncio.Event())
    limits = Limits(first_text_s=0.15, total_s=0.4)
    gateway, servers = await house(*[(vendor, [silent])] * 5, limits=limits)

    with pytest.raises(Unavailable, match="no model answered"):
        await ask(gateway, tenant)

    assert sum(len(server.asked) for server in servers) <= 3
