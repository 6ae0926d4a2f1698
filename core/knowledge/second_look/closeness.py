"""How close texts come to what is asked, as the model sees them."""

import logging
from collections.abc import Sequence

from core.gateway.ports import ProviderError
from core.knowledge.embedding.vendors.embedder import VendorEmbedder
from core.knowledge.embedding.vendors.scale import AS_IT_IS
from core.knowledge.ports import Embedder

log = logging.getLogger(__name__)


async def closeness(embedder: Embedder, asked: str, texts: Sequence[str]) -> list[float] | None:
    """Of each text, on the scale that `support` is fitted for; None where it cannot be said."""
    try:
        one, *others = await embedder.embed([asked, *texts])
        scale = await embedder.scale() if isinstance(embedder, VendorEmbedder) else AS_IT_IS
    except ProviderError as error:
        log.warning("sentences are not compared with the question: %s: %s", embedder.name, error)
        return None
    return [scale.of(_cosine(one, other)) for other in others]


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """Of two vectors of length 1."""
    return sum(a * b for a, b in zip(one, other, strict=True))
