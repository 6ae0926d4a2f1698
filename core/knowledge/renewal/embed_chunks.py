"""Embed a document's chunks, or leave that for later: no document is lost because a vendor is away."""

import logging
from collections.abc import Sequence

from core.gateway.ports import ProviderError
from core.knowledge.model import Chunk
from core.knowledge.ports import Embedder

log = logging.getLogger(__name__)


async def embed_chunks(embedder: Embedder | None, chunks: Sequence[Chunk]) -> list[list[float]]:
    """One embedding per chunk; none at all without a model, or when it fails. Such a document is found
    by words until `renew_embeddings` has made up for it."""
    if embedder is None:
        return []
    try:
        return await embedder.embed([chunk.embedded_text for chunk in chunks])
    except ProviderError as error:
        log.warning("a document is without embeddings for now: %s: %s", embedder.name, error)
        return []
