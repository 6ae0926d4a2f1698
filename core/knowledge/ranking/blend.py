"""How much each way of searching counts, and a question as an embedding model sees it.

The weights were chosen on CISI, Cranfield and MTRAG-UN together (`make bench-retrieval`); each is in
the middle of a range over which the result changes little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from core.knowledge.ports import Embedder
from core.knowledge.ranking.question import Question


@dataclass(frozen=True, slots=True)
class Blend:
    """Shares from 0 to 1 of what a chunk's score is made of."""

    meaning: float = 0.6  # against words
    earlier: float = 0.5  # of a word that was only said earlier, against one of the question
    likeness: float = 0.2  # to the best chunks, against the chunk's own score


DEFAULT_BLEND = Blend()


@dataclass(frozen=True, slots=True)
class Embedded:
    """A question in the vectors of one model; those of two models are never compared."""

    model: str
    sought: Sequence[float]  # what is searched for, of length 1
    # Of the judged text, of it without each telling word, and of each of these words alone.
    judged: Sequence[Sequence[float]]


async def embed_question(embedder: Embedder, asked: Question) -> Embedded:
    """The question stands halfway between itself and itself after what was said before: the latter
    says what "it" is, and the former what is asked now."""
    without = [text for _, text in asked.telling]
    alone = [word.text for word, _ in asked.telling]
    judged = [asked.judged, *without, *alone]
    texts = list(dict.fromkeys([asked.alone, asked.sought, *judged]))
    vector_of = dict(zip(texts, await embedder.embed(texts), strict=True))
    sought = _between(vector_of[asked.alone], vector_of[asked.sought])
    return Embedded(embedder.name, sought, [vector_of[text] for text in judged])


def _between(one: Sequence[float], other: Sequence[float]) -> list[float]:
    middle = [a + b for a, b in zip(one, other, strict=True)]
    length = sqrt(sum(number * number for number in middle)) or 1.0
    return [number / length for number in middle]
