"""Embed a document's chunks, or leave that for later: no document is lost because a vendor is away."""

import logging
from collections.abc import Sequence

from core.gateway.ports import ProviderError
from core.knowledge.arrivals.model import Progress, unseen
from core.knowledge.model import Chunk
from core.knowledge.ports import Embedder

log = logging.getLogger(__name__)

STEP = 16  # chunks that are embedded before others get their turn


async def embed_chunks(
    embedder: Embedder | None, chunks: Sequence[Chunk], progress: Progress = unseen
) -> list[list[float]]:
    """One embedding per chunk, step by step, so that others get their turn and people see how far it is;
    none at all without a model, or when it fails. Such a document is found by words until
    `renew_embeddings` has made up for it."""
    made: list[list[float]] = []
    if embedder is None:
        return made
    try:
        for start in range(0, len(chunks), STEP):
            await progress(start, len(chunks))
            step = chunks[start : start + STEP]
            made += await embedder.embed([piece.embedded_text for piece in step])
    except ProviderError as error:
        log.warning("a document is without embeddings for now: %s: %s", embedder.name, error)
        return []
    return made
