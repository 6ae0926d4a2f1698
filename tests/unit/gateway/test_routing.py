"""The router's parts by themselves: breaker, places in turn, the order with its reasons."""

import asyncio
from dataclasses import dataclass

import pytest

from core.gateway.routing.breaker import Breaker
from core.gateway.routing.fair_slots import FairSlots, NoSlot
from core.gateway.routing.limits import Limits
from core.gateway.routing.order import Strengths, in_order, strengths_of
from core.kernel.ids import TenantId

LOUD, QUIET = TenantId("a" * 32), TenantId("b" * 32)


@dataclass
class Named:
    name: str
    model: str

    def stream(self, prompt):
        raise AssertionError("nobody is asked here")


def fail(breaker: Breaker, times: int, now: float) -> None:
    for _ in range(times):
        breaker.failed("call", now)


def test_five_failures_within_the_window_open_it():
    breaker = Breaker(Limits())
    fail(breaker, 4, 0.0)
    assert breaker.state(0.0) == "closed"
    fail(breaker, 1, 29.0)

    assert breaker.state(29.0) == "open"
    assert not breaker.begin(29.0)


def test_failures_that_are_long_ago_do_not_count():
    breaker = Breaker(Limits())
    fail(breaker, 4, 0.0)
    fail(breaker, 4, 31.0)

    assert breaker.state(31.0) == "closed"


def test_five_failures_among_many_answers_are_no_outage():
    breaker = Breaker(Limits())
    for _ in range(50):
        breaker.succeeded("call", 1.0)
    fail(breaker, 5, 1.0)

    assert breaker.state(1.0) == "closed"


def test_a_probe_that_is_given_up_lets_the_next_one_through():
    breaker = Breaker(Limits())
    fail(breaker, 5, 0.0)
    assert breaker.begin(30.0) == "probe"
    assert not breaker.begin(30.0)
    breaker.abandoned("probe")

    assert breaker.begin(30.0) == "probe"
    breaker.succeeded("probe", 31.0)
    assert breaker.state(31.0) == "closed"
    assert breaker.begin(31.0) == "call"


END = {
    "answers": lambda breaker, right: breaker.succeeded(right, 41.0),
    "fails": lambda breaker, right: breaker.failed(right, 41.0),
    "is given up": lambda breaker, right: breaker.abandoned(right),
}


@pytest.mark.parametrize("end", END.values(), ids=END.keys())
@pytest.mark.parametrize("probes", [True, False], ids=["while one probes", "before one probes"])
def test_a_call_from_before_the_breaker_opened_does_not_disturb_the_probe(end, probes):
    breaker = Breaker(Limits())
    long_answer = breaker.begin(0.0)
    fail(breaker, 5, 5.0)
    probe = breaker.begin(40.0) if probes else None

    end(breaker, long_answer)

    assert breaker.state(41.0) == "half-open"
    assert breaker.begin(41.0) == (None if probes else "probe")
    breaker.failed("probe", 42.0)
    assert breaker.state(42.0) == "open"
    assert probe in (None, "probe")


async def test_who_holds_least_goes_first():
    slots, order = FairSlots(2), []
    begun, ends = asyncio.Event(), asyncio.Event()

    async def call(tenant, name, end=None):
        async with slots.slot(tenant, 10):
            order.append(name)
            begun.set()
            if end:
                await end.wait()

    held = [asyncio.create_task(call(LOUD, f"loud {n}", ends)) for n in range(2)]
    waiting = [asyncio.create_task(call(LOUD, f"loud {n}")) for n in range(2, 6)]
    await begun.wait()
    await asyncio.sleep(0)
    late = asyncio.create_task(call(QUIET, "quiet"))
    await asyncio.sleep(0)
    ends.set()
    await asyncio.gather(*held, *waiting, late)

    assert order[:3] == ["loud 0", "loud 1", "quiet"]


async def test_waiting_has_an_end_and_leaves_nothing_behind():
    slots = FairSlots(1)
    async with slots.slot(LOUD, 1):
        with pytest.raises(NoSlot):
            async with slots.slot(QUIET, 0.01):
                pass

    async with slots.slot(QUIET, 0.01):
        pass


@pytest.mark.parametrize("is_early", [False, True], ids=["as it is given", "just before"])
async def test_a_cancelled_wait_gives_its_place_on(is_early):
    """In the very moment in which the place comes free: who was cancelled cannot have said so."""
    slots, served = FairSlots(1), []

    async def take(tenant):
        async with slots.slot(tenant, 10):
            served.append(tenant)

    async with slots.slot(LOUD, 1):
        gone, next_one = asyncio.create_task(take(LOUD)), asyncio.create_task(take(QUIET))
        await asyncio.sleep(0)
        if is_early:
            gone.cancel()
    if not is_early:
        gone.cancel()
    async with asyncio.timeout(5):
        await next_one
        await asyncio.wait({gone})
        async with slots.slot(LOUD, 1):
            served.append(LOUD)

    assert gone.cancelled()
    assert served == [QUIET, LOUD]


MODELS = [
    Named("offline", "offline"),
    Named("anthropic", "claude-opus-4-5"),
    Named("groq", "openai/gpt-oss-20b"),
    Named("openai-compatible", "house-model"),
]


def asked(preference, favourites=()):
    return [MODELS[index].name for index, _ in in_order(MODELS, preference, favourites)]


def test_an_agents_preference_decides_and_the_quoting_model_stands_last():
    assert asked("strong")[0] == "anthropic"
    assert asked("fast")[0] == "groq"
    assert asked("cheap")[0] == "groq"
    assert all(asked(each)[-1] == "offline" for each in ("fast", "strong", "cheap", None))


def test_without_a_preference_the_tenants_order_then_the_operators():
    assert asked(None) == ["anthropic", "groq", "openai-compatible", "offline"]
    assert asked(None, ("house-model", "groq"))[:3] == ["openai-compatible", "groq", "anthropic"]


def test_each_place_has_its_reason():
    reasons = dict(in_order(MODELS, "fast"))
    assert reasons[2] == "the agent prefers fast models (95 of 100)"
    assert dict(in_order(MODELS, None, ("groq",)))[2] == "the company's order"


def test_a_model_nobody_has_heard_of_is_middling():
    assert strengths_of("whatever-7b") == Strengths(50, 50, 50)
    assert strengths_of("Claude-Sonnet-4-5").strong == 90
