"""Find the most streams that hold: every token within 100 ms of its sending, 99 times of 100."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from bench.processes import running
from bench.streams.vendor import TOKENS_PER_S
from core.db.tenant import TenantContext
from core.gateway.answer import Gateway
from core.gateway.model import AgentTurn, Caller, Delta
from core.gateway.providers.openai.adapter import OpenAICompatible
from core.gateway.providers.wire.client import open_http_client
from core.kernel.errors import DomainError
from core.kernel.secret import Secret

MOST_ADDED_MS = 100.0
FIRST_TRY, MOST_TRIED, FINEST_STEP = 100, 800, 25
OPENING_SECONDS = 2.5
MEASURED_SECONDS = 3.0
# Below this share of the tokens that were due, latency of those that came says little.
ENOUGH_TOKENS = 0.95
_TURN = AgentTurn("Nora", "People", "Answer from the passages.", "How much leave do we get?")
_CALLER = Caller("t1", "U1", "people")


@dataclass(frozen=True, slots=True)
class Step:
    """What *streams* streams at once gave: added milliseconds at p99, share of tokens in time."""

    streams: int
    p99_ms: float
    arrived: float
    broken: int

    @property
    def holds(self) -> bool:
        in_time = self.p99_ms <= MOST_ADDED_MS
        return in_time and self.arrived >= ENOUGH_TOKENS and not self.broken


async def measure_streams(context: TenantContext) -> list[Step]:
    """Every step that was tried, through the product's gateway and its HTTP client."""
    async with running("bench.streams.vendor") as vendor, open_http_client() as client:
        url = f"{vendor.address}/v1"
        provider = OpenAICompatible(client, Secret("bench"), url, "bench", "bench")
        gateway = Gateway([provider])
        return await search(lambda streams: _step(context, gateway, streams))


def held(steps: list[Step]) -> int:
    """The largest number of streams that held; 0 when none did."""
    return max((step.streams for step in steps if step.holds), default=0)


async def search(measure: Callable[[int], Awaitable[Step]]) -> list[Step]:
    """Double until it breaks, then halve the difference. A failure is tried a second time: a busy
    moment of the machine is not a limit of ours."""
    steps: list[Step] = []
    good, bad, wanted = 0, MOST_TRIED + 1, FIRST_TRY
    while bad - good > FINEST_STEP and wanted <= MOST_TRIED:
        steps.append(await measure(wanted))
        if not steps[-1].holds:
            steps.append(await measure(wanted))
        if steps[-1].holds:
            good = wanted
        else:
            bad = wanted
        wanted = good * 2 if bad > MOST_TRIED else (good + bad) // 2
    return steps


async def _step(context: TenantContext, gateway: Gateway, streams: int) -> Step:
    """Open them one after the other, then look at the tokens while all of them run."""
    start = time.monotonic()
    window = _Window(start + OPENING_SECONDS, start + OPENING_SECONDS + MEASURED_SECONDS)
    tasks = []
    for number in range(streams):
        due = start + OPENING_SECONDS * 0.8 * number / streams
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        tasks.append(asyncio.create_task(window.follow(context, gateway)))
    await asyncio.gather(*tasks)
    added = sorted(window.added_ms) or [float("inf")]
    expected = streams * MEASURED_SECONDS * TOKENS_PER_S
    return Step(
        streams, added[len(added) * 99 // 100], len(window.added_ms) / expected, window.broken
    )


class _Window:
    """Collects what arrives between two instants, in seconds of the monotonic clock."""

    def __init__(self, begins: float, ends: float) -> None:
        self._begins = begins
        self._ends = ends
        self.added_ms: list[float] = []
        self.broken = 0

    async def follow(self, context: TenantContext, gateway: Gateway) -> None:
        try:
            async with aclosing(gateway.answer(context, _TURN, _CALLER)) as answer:
                async for item in answer:
                    if isinstance(item, Delta):
                        self._take(item.text)
                    if time.monotonic() > self._ends:
                        return
        except DomainError:
            self.broken += 1

    def _take(self, text: str) -> None:
        now = time.monotonic_ns()
        if self._begins <= now / 1e9 < self._ends:
            # A late reader finds several tokens in one piece.
            self.added_ms += [(now - int(stamp)) / 1e6 for stamp in text.split()]
