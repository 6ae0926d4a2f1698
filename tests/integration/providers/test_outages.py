"""F13 and F14, phrase by phrase, over each vendor's wire: an answer, or a plain apology, in time.

The first model fails in one wire format; whoever is asked next speaks another.
"""

import asyncio
from contextlib import aclosing

import pytest
from aiohttp import web

from core.gateway.answer import BROKE_OFF, CONTINUED, NO_ANSWER, Gateway
from core.gateway.model import Delta, Failover
from core.gateway.providers.offline.offline import Offline
from core.kernel.errors import Unavailable
from tests.integration.gateway_vendor import refused, streamed
from tests.integration.providers.faults import (
    CALLER,
    ELSE,
    HALF_AN_EVENT,
    SAID,
    TURN,
    USUAL,
    ask,
    begun,
    next_to,
)
from tests.integration.providers.speakers import VENDORS, Line, halves, spoken_by
from tests.integration.test_gateway_failover import Clock

F13 = {
    "half JSON": lambda vendor: [HALF_AN_EVENT],
    "another JSON": lambda vendor: [b"data: [1, 2, 3]\n\n"],
    "no JSON": lambda vendor: [b"data: <html>It works!</html>\n\n"],
    "an error": lambda vendor: [b'event: error\ndata: {"type": "error", "error": {}}\n\n'],
    "nothing": lambda vendor: [],
    "no words": lambda vendor: spoken_by(vendor, Line("")),
    "blank words": lambda vendor: spoken_by(vendor, Line(" \n \n")),
    "more than an event may hold": lambda vendor: [b"data: " + b"x" * 1_100_000 + b"\n\n"],
}


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("said", F13.values(), ids=F13.keys())
async def test_f13_what_is_no_answer_moves_on(pair, tenant, vendor, said):
    gateway, _ = await pair(vendor, streamed(said(vendor)))

    text, last = await ask(gateway, tenant)

    assert text == ELSE
    assert last.failovers[0].kind in ("garbage", "cut", "server")


@pytest.mark.parametrize("vendor", VENDORS)
async def test_f13_garbage_in_mid_answer_is_marked_and_gone_on_from(pair, tenant, vendor):
    gateway, _ = await pair(vendor, streamed([*begun(vendor), HALF_AN_EVENT]))

    text, last = await ask(gateway, tenant)

    assert text == f"{halves(SAID)[0]}\n\n{CONTINUED}\n\n{ELSE}"
    assert last.failovers == (Failover(vendor, "m-1", "garbage", after_text=True),)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_f13_a_megabyte_is_cut_to_what_an_answer_may_hold(pair, tenant, vendor):
    gateway, _ = await pair(vendor, streamed(spoken_by(vendor, Line("word " * 200_000))))

    text, last = await ask(gateway, tenant)

    assert (len(text), last.reason, last.failovers) == (USUAL.answer_characters, "length", ())


@pytest.mark.parametrize("vendor", VENDORS)
async def test_f13_the_question_asks_for_its_own_language_and_another_one_is_an_answer(
    pair, tenant, vendor
):
    """Nothing here can tell languages apart: what a model says in another one is shown as it is."""
    gateway, servers = await pair(vendor, streamed(spoken_by(vendor, Line(SAID))))

    text, last = await ask(gateway, tenant)

    assert (text, last.failovers) == (SAID, ())
    assert "Answer in the language of the question." in str(servers[0].asked[0].body)


@pytest.fixture
async def outage(house):
    """All three are away for ten minutes; then they are back."""
    clock = Clock()
    given = [(vendor, [refused(503)]) for vendor in VENDORS]
    gateway, servers = await house(*given, clock=clock)
    return gateway, servers, clock


def asked(servers):
    return [len(server.asked) for server in servers]


async def apology_of(gateway, tenant):
    with pytest.raises(Unavailable) as apology:
        await ask(gateway, tenant)
    return str(apology.value)


async def test_f14_each_question_of_ten_minutes_gets_one_apology_and_few_of_them_a_call(
    outage, tenant
):
    gateway, servers, clock = outage

    for _ in range(120):
        assert await apology_of(gateway, tenant) == NO_ANSWER
        clock.now += 5

    # Five failures, then one probe in thirty seconds.
    assert all(5 < count <= 5 + 600 / 30 for count in asked(servers))


async def test_f14_no_storm_at_recovery(outage, tenant):
    """Of all who ask at once when the rest is over, one probes; once it has its answer, all may ask."""
    gateway, servers, clock = outage
    for _ in range(5):
        await apology_of(gateway, tenant)
    clock.now += 600
    probed, slowly = asyncio.Event(), asyncio.Event()

    async def answers(request: web.Request) -> web.StreamResponse:
        probed.set()
        await slowly.wait()
        return await streamed(spoken_by(VENDORS[0], Line(SAID)))(request)

    servers[0].replies = [answers]
    probe = asyncio.create_task(ask(gateway, tenant))
    await probed.wait()
    told = await asyncio.gather(*(apology_of(gateway, tenant) for _ in range(50)))
    slowly.set()
    text, _ = await probe
    after = await asyncio.gather(*(ask(gateway, tenant) for _ in range(10)))

    assert set(told) == {NO_ANSWER}
    assert text == SAID
    assert {said for said, _ in after} == {SAID}
    # The others were probed once each by the fifty, and rest again.
    assert asked(servers) == [6 + 10, 6, 6]


@pytest.mark.parametrize("vendor", VENDORS)
async def test_f14_in_mid_answer_the_person_is_told_that_it_broke_off(house, tenant, vendor):
    cut = streamed(begun(vendor), cut=True)
    gateway, _ = await house((vendor, [cut]), (next_to(vendor), [refused(503)]))
    async with aclosing(gateway.answer(tenant, TURN, CALLER)) as stream:
        heard = await anext(stream)

        with pytest.raises(Unavailable, match=BROKE_OFF):
            await anext(stream)

    assert heard == Delta(halves(SAID)[0])


async def test_f14_where_the_offline_model_stands_last_nobody_is_sent_away(house, tenant):
    gateway, _ = await house(*[(vendor, [refused(503)]) for vendor in VENDORS])
    gateway = Gateway([*gateway.providers, Offline()])

    _, last = await ask(gateway, tenant)

    assert (last.provider, len(last.failovers)) == ("offline", 3)
