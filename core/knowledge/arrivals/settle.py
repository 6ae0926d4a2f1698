"""What was on its way becomes a document, with its text."""

from collections.abc import Sequence

from core.db.transaction import Tx
from core.knowledge import store
from core.knowledge.arrivals import store as arrivals
from core.knowledge.model import Chunk, Document, title_words


async def settle(
    tx: Tx,
    document: Document,
    chunks: Sequence[Chunk],
    embeddings: Sequence[Sequence[float]],
    *,
    content_sha256: str,
    embedding_model: str,
) -> None:
    """The caller has put the arrival of that id, and holds the tenant's knowledge lock. *embeddings*: one
    for each chunk, or none."""
    await arrivals.settle_arrival(
        tx, document, content_sha256, embedding_model, text_bytes_of(chunks)
    )
    await store.put_chunks(tx, document.document_id, title_words(document.title), chunks)
    if embeddings:
        await store.put_embeddings(tx, document.document_id, embeddings)
    await store.count_lexemes_in(tx, document)


def text_bytes_of(chunks: Sequence[Chunk]) -> int:
    """What a tenant's quota counts: the text as it is kept, without headings and indexes."""
    return sum(len(chunk.text.encode()) for chunk in chunks)
