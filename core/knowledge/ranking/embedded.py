"""A question as embedding models see it, each in its own vectors."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from core.gateway.ports import ProviderError
from core.knowledge.embedding.vendors.embedder import VendorEmbedder
from core.knowledge.embedding.vendors.scale import AS_IT_IS, Scale
from core.knowledge.ports import Embedder
from core.knowledge.ranking.question import Question

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Embedded:
    """A question in the vectors of one model; those of two models are never compared."""

    model: str
    sought: Sequence[float]  # what is searched for, of length 1
    # Of the judged text, of it without each telling word, and of each of these words alone.
    judged: Sequence[Sequence[float]]
    scale: Scale = AS_IT_IS  # what this model's closeness means


async def embed_with_each(models: Iterable[Embedder], asked: Question) -> list[Embedded]:
    """The question for each model. One that fails is left out, and said in the log: what it has
    embedded is then found by words."""
    made = await asyncio.gather(*(_embed_or_not(model, asked) for model in models))
    return [one for one in made if one is not None]


async def _embed_or_not(model: Embedder, asked: Question) -> Embedded | None:
    try:
        return await embed_question(model, asked)
    except ProviderError as error:
        log.warning("a question is searched for by words alone: %s: %s", model.name, error)
        return None


async def embed_question(embedder: Embedder, asked: Question) -> Embedded:
    """The question stands halfway between itself and itself after what was said before: the latter
    says what "it" is, and the former what is asked now. Raises ProviderError."""
    without = [text for _, text in asked.telling]
    alone = [word.text for word, _ in asked.telling]
    judged = [asked.judged, *without, *alone]
    # A vendor refuses a text without any; nothing is like a space.
    texts = list(dict.fromkeys(text or " " for text in [asked.alone, asked.sought, *judged]))
    vector_of = dict(zip(texts, await embedder.embed(texts), strict=True))
    scale = await embedder.scale() if isinstance(embedder, VendorEmbedder) else AS_IT_IS
    return Embedded(
        embedder.name,
        _between(vector_of[asked.alone or " "], vector_of[asked.sought or " "]),
        [vector_of[text or " "] for text in judged],
        scale,
    )


def _between(one: Sequence[float], other: Sequence[float]) -> list[float]:
    middle = [a + b for a, b in zip(one, other, strict=True)]
    length = sqrt(sum(number * number for number in middle)) or 1.0
    return [number / length for number in middle]
