"""How long one question takes: the whole search of the product, embedding and judging included."""

import random
import statistics
import time
from dataclasses import dataclass

from bench.retrieval.made_up import MadeUp, fill
from core.db.tenant import TenantContext
from core.knowledge.model import Asker
from core.knowledge.ports import Embedder
from core.knowledge.search import search

WARM_UPS, QUESTIONS = 5, 100


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from question to findings."""

    p50: float
    p95: float


async def measure_search(
    context: TenantContext, embedder: Embedder, chunks: int, *, seed: int = 7
) -> Latency:
    """Fill an empty tenant with *chunks* passages, then ask QUESTIONS questions, one by one."""
    made_up = MadeUp(seed)
    texts = await fill(context, embedder.name, made_up, chunks)
    chance, taken = random.Random(seed), []
    for number in range(WARM_UPS + QUESTIONS):
        question = made_up.question_about(chance.choice(texts))
        started = time.perf_counter()
        await search(context, embedder, question=question, asker=Asker("U1", private=False))
        if number >= WARM_UPS:
            taken.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(taken, n=20)
    return Latency(p50=cuts[9], p95=cuts[18])
