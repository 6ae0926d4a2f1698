"""A workspace of made-up passages: as many as asked for, of the shape that real ones have.

The texts are drawn by Zipf's law, 120 words to a passage: the commonest words are the English of
Python's own manual, the rarer ones are syllables put together, so that most words are in few passages
as in a real collection. The embeddings lie in clusters, as those of real texts do.
"""

import random
import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from pydoc_data.topics import topics

import numpy as np
from numpy.typing import NDArray

from core.db.tenant import TenantContext
from core.kernel.ids import new_id
from core.knowledge import store
from core.knowledge.arrivals.model import Arrival
from core.knowledge.arrivals.settle import settle
from core.knowledge.arrivals.store import put_arrival
from core.knowledge.model import Chunk, Document
from core.knowledge.ports import DIMENSION

CHUNKS_A_DOCUMENT = 100
WORDS_A_CHUNK = 120
WORDS_A_QUESTION = 9
VOCABULARY = 40_000
CLUSTERS = 200
SPREAD = 0.6  # of a cluster; larger is a vaguer meaning
_OFFSET = 2.7  # Zipf-Mandelbrot: the word of rank r is drawn in proportion to 1 / (r + 2.7)
_WORD = re.compile(r"[a-z]{3,}")
_SYLLABLES = tuple(first + last for first in "bcdfghjklmnprstvz" for last in ("a", "er", "o"))


class MadeUp:
    """Draws texts, questions and embeddings; the same ones for the same *seed*."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._numbers = np.random.default_rng(seed)
        self._centres = self._numbers.normal(size=(CLUSTERS, DIMENSION))
        self._words = _vocabulary(self._chance)
        ranks = range(1, len(self._words) + 1)
        self._weights = list(accumulate(1 / (rank + _OFFSET) for rank in ranks))

    def texts(self, count: int) -> list[str]:
        return [self._text() for _ in range(count)]

    def question_about(self, text: str) -> str:
        return " ".join(self._chance.sample(text.split(), WORDS_A_QUESTION))

    def embeddings(self, count: int) -> list[list[float]]:
        """Unit vectors, each near the centre of one cluster."""
        chosen = self._centres[self._numbers.integers(CLUSTERS, size=count)]
        return unit(chosen + SPREAD * self._numbers.normal(size=(count, DIMENSION)))

    def _text(self) -> str:
        drawn = self._chance.choices(self._words, cum_weights=self._weights, k=WORDS_A_CHUNK)
        return " ".join(drawn)


class StandInEmbedder:
    """An Embedder without weights: any text becomes a vector of the same shape as a real one."""

    name = "bench-stand-in"

    def __init__(self, seed: int = 7) -> None:
        self._numbers = np.random.default_rng(seed)

    def count(self, text: str) -> int:
        return len(text.split())

    def rarity(self, word: str) -> float:
        return 0.7

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return unit(self._numbers.normal(size=(len(texts), DIMENSION)))


async def fill(context: TenantContext, model: str, made_up: MadeUp, chunks: int) -> list[str]:
    """Store *chunks* passages as the product stores them, a document at a time; some of the texts."""
    samples = []
    for start in range(0, chunks, CHUNKS_A_DOCUMENT):
        texts = made_up.texts(min(CHUNKS_A_DOCUMENT, chunks - start))
        await _put(context, model, start // CHUNKS_A_DOCUMENT, texts, made_up)
        samples.append(texts[0])
    return samples


async def _put(
    context: TenantContext, model: str, number: int, texts: list[str], made_up: MadeUp
) -> None:
    title, document_id = f"Volume {number}", new_id()
    document = Document(document_id, title, "md", None, len(texts), "workspace", "")
    chunks = [
        Chunk(position, f"Section {position // 5}", None, text)
        for position, text in enumerate(texts)
    ]
    async with context.db.transaction() as tx:
        await store.lock_knowledge(tx)
        await put_arrival(tx, Arrival(document_id, title, "workspace", "", "bench"))
        embeddings = made_up.embeddings(len(texts))
        await settle(
            tx, document, chunks, embeddings, content_sha256=document_id, embedding_model=model
        )


def unit(vectors: NDArray[np.float64]) -> list[list[float]]:
    made: list[list[float]] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).tolist()
    return made


def _vocabulary(chance: random.Random) -> list[str]:
    """The commonest first, none twice."""
    seen = Counter(_WORD.findall(" ".join(topics.values()).lower()))
    words = dict.fromkeys(word for word, _ in seen.most_common())
    while len(words) < VOCABULARY:
        words["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))] = None
    return list(words)
