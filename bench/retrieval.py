"""How long a search takes in a workspace of 10,000 passages, words and meaning together.

The texts are drawn by Zipf's law, 120 words to a passage, from the English that Python's own manual
has; the embeddings lie in clusters, as those of real texts do. The questions are nine words from one
of the passages, and their embeddings are made by the real model when there is one, so its time is
counted too.
"""

import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pydoc_data.topics import topics

import numpy as np

from core.db.tenant import TenantContext
from core.kernel.ids import new_id
from core.knowledge import store
from core.knowledge.model import Asker, Chunk, Document
from core.knowledge.ports import DIMENSION, Embedder
from core.knowledge.search import search

CHUNKS = 10_000
DOCUMENTS = 100
WORDS_A_CHUNK = 120
WORDS_A_QUESTION = 9
CLUSTERS = 200
SPREAD = 0.6  # of a cluster; larger is a vaguer meaning
WARM_UPS, QUESTIONS = 5, 100
_WORD = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from question to findings."""

    p50: float
    p95: float


class StandInEmbedder:
    """An Embedder without weights: any text becomes a vector of the same shape as a real one."""

    name = "bench-stand-in"

    def __init__(self, seed: int) -> None:
        self._numbers = np.random.default_rng(seed)

    def count(self, text: str) -> int:
        return len(text.split())

    def rarity(self, word: str) -> float:
        return 0.7

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return _unit(self._numbers.normal(size=(len(texts), DIMENSION)))


async def retrieval_10k(
    context: TenantContext, embedder: Embedder | None = None, *, seed: int = 7
) -> Latency:
    """Fill an empty tenant with CHUNKS passages, then ask QUESTIONS questions, one by one."""
    model = embedder or StandInEmbedder(seed)
    chance = random.Random(seed)
    texts = _texts(chance)
    await _fill(context, model.name, texts, seed)
    taken = []
    for number in range(WARM_UPS + QUESTIONS):
        question = " ".join(chance.sample(chance.choice(texts).split(), WORDS_A_QUESTION))
        started = time.perf_counter()
        await search(context, model, question=question, asker=Asker("U1", private=False))
        if number >= WARM_UPS:
            taken.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(taken, n=20)
    return Latency(p50=cuts[9], p95=cuts[18])


async def _fill(context: TenantContext, model: str, texts: list[str], seed: int) -> None:
    vectors = _clustered(seed)
    size = len(texts) // DOCUMENTS
    for start in range(0, len(texts), size):
        document_id = new_id()
        title = f"Volume {start // size}"
        document = Document(document_id, title, "md", None, size, "workspace", "")
        chunks = [
            Chunk(position, f"Section {position // 5}", None, text)
            for position, text in enumerate(texts[start : start + size])
        ]
        async with context.db.transaction() as tx:
            await store.lock_knowledge(tx)
            await store.put_document(tx, document, document_id, model, "bench")
            await store.put_chunks(tx, document_id, title, chunks)
            await store.put_embeddings(tx, document_id, vectors[start : start + size])
            await store.count_lexemes_in(tx, document_id)


def _texts(chance: random.Random) -> list[str]:
    seen = Counter(_WORD.findall(" ".join(topics.values()).lower()))
    words = [word for word, _ in seen.most_common()]
    # Zipf-Mandelbrot: the word of rank r is drawn in proportion to 1 / (r + 2.7).
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(1, len(words) + 1)))
    return [
        " ".join(chance.choices(words, cum_weights=weights, k=WORDS_A_CHUNK)) for _ in range(CHUNKS)
    ]


def _clustered(seed: int) -> list[list[float]]:
    numbers = np.random.default_rng(seed)
    centres = numbers.normal(size=(CLUSTERS, DIMENSION))
    chosen = centres[numbers.integers(CLUSTERS, size=CHUNKS)]
    return _unit(chosen + SPREAD * numbers.normal(size=(CHUNKS, DIMENSION)))


def _unit(vectors: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[list[float]]:
    made: list[list[float]] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).tolist()
    return made
