"""What gateway and router add to a stream: time and processor for each token, beside raw httpx.

Fifty streams of 100 tokens a second in one process. Raw is what a program does that wants the text
and nothing else: httpx, its lines, the JSON of each. Both are measured twice, in turn, because a
machine is not the same from one minute to the next.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

import httpx

from bench.processes import BenchError, running
from core.db.tenant import TenantContext
from core.gateway.answer import Gateway
from core.gateway.model import AgentTurn, Caller, Delta
from core.gateway.providers.openai.adapter import OpenAICompatible
from core.gateway.providers.wire.client import open_http_client
from core.kernel.secret import Secret

STREAMS = 50
TOKENS_PER_S = 100
OPENING_SECONDS = 1.0
MEASURED_SECONDS = 4.0
ROUNDS = 2
_TURN = AgentTurn("Nora", "People", "Answer from the passages.", "How much leave do we get?")
_CALLER = Caller("t1", "U1", "people")

Texts = AsyncGenerator[str, None]


@dataclass(frozen=True, slots=True)
class Added:
    """Milliseconds a token came later than through raw httpx, and processor time as a multiple."""

    added_p50_ms: float
    added_p99_ms: float
    cpu_ratio: float


@dataclass(frozen=True, slots=True)
class _Sample:
    late_ms: list[float]
    cpu_us: float


async def measure_added(context: TenantContext) -> Added:
    """Raises BenchError when a stream broke or no token came."""
    async with (
        running("bench.streams.vendor", str(TOKENS_PER_S)) as vendor,
        open_http_client() as client,
    ):
        url = f"{vendor.address}/v1"
        gateway = Gateway([OpenAICompatible(client, Secret("bench"), url, "bench", "bench")])
        raw, ours = list[_Sample](), list[_Sample]()
        for _ in range(ROUNDS):
            raw.append(await _sample(lambda: _raw(client, url)))
            ours.append(await _sample(lambda: _ours(gateway, context)))
    return Added(
        max(0.0, _late(ours, 0.5) - _late(raw, 0.5)),
        max(0.0, _late(ours, 0.99) - _late(raw, 0.99)),
        sum(each.cpu_us for each in ours) / sum(each.cpu_us for each in raw),
    )


async def _raw(client: httpx.AsyncClient, url: str) -> Texts:
    async with client.stream("POST", f"{url}/chat/completions", json={}) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                yield json.loads(line[6:])["choices"][0]["delta"].get("content", "")


async def _ours(gateway: Gateway, context: TenantContext) -> Texts:
    async with aclosing(gateway.answer(context, _TURN, _CALLER)) as answer:
        async for item in answer:
            if isinstance(item, Delta):
                yield item.text


async def _sample(open_stream: Callable[[], Texts]) -> _Sample:
    """Open all, let them come to rest, then count for a while."""
    late: list[float] = []
    start = time.monotonic() + OPENING_SECONDS
    end = start + MEASURED_SECONDS

    async def follow() -> None:
        async with aclosing(open_stream()) as texts:
            async for text in texts:
                now = time.monotonic_ns()
                if now / 1e9 >= end:
                    return
                if now / 1e9 >= start:
                    late.extend((now - int(stamp)) / 1e6 for stamp in text.split())

    async def processor() -> float:
        await asyncio.sleep(start - time.monotonic())
        before = time.process_time()
        await asyncio.sleep(end - 0.05 - time.monotonic())
        return time.process_time() - before

    followers: list[Awaitable[None]] = [follow() for _ in range(STREAMS)]
    counting = asyncio.create_task(processor())
    await asyncio.gather(*followers)
    used = await counting
    if not late:
        raise BenchError("no token came through the streams")
    return _Sample(late, used * 1e6 / len(late))


def _late(samples: list[_Sample], share: float) -> float:
    late = sorted(each for sample in samples for each in sample.late_ms)
    return late[min(int(len(late) * share), len(late) - 1)]
