"""Read a file in: chunks, embeddings and word counts, once, in the tenant's own schema."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.audit.attempt import Attempt, attempt
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import Invalid
from core.kernel.ids import new_id
from core.knowledge import store
from core.knowledge.forget_document import drop
from core.knowledge.model import (
    MAX_BYTES,
    MAX_CHUNKS,
    Chunk,
    Document,
    Ingested,
    Scope,
    clean_title,
    title_words,
)
from core.knowledge.ports import Embedder, Reader
from core.knowledge.reading.chunking import chunk, estimate_pieces
from core.knowledge.renewal.embed_chunks import embed_chunks

ACTION = "knowledge:document:ingest"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Everything that is worked out before the transaction, so that it is short."""

    document: Document
    content_sha256: str
    chunks: list[Chunk]
    notes: tuple[str, ...]
    embeddings: list[list[float]]
    embedding_model: str


async def ingest_document(
    context: TenantContext,
    reader: Reader,
    embedder: Embedder | None,
    *,
    title: str,
    content: bytes,
    added_by: str,
    scope: Scope = "workspace",
    reference: str,
) -> Ingested:
    """Add a file for the workspace, or for *added_by* alone; audited before and after.

    The same content again changes nothing; other content under a known title replaces it.
    Raises Invalid, in words, when the file cannot be used.
    """
    digest = hashlib.sha256(content).hexdigest()
    given = context.fingerprint(f"{clean_title(title)}\n{digest}")
    async with attempt(
        context, ACTION, added_by, reference=reference, arguments=given, scope=scope
    ) as act:
        _check_size(content)
        owner_id = added_by if scope == "person" else ""
        draft = Document(new_id(), clean_title(title), "txt", None, 0, scope, owner_id)
        known = await _find_known(context, embedder, draft, digest)
        if known is None:
            prepared = await _prepare(reader, embedder, draft, content, digest)
            return await _write(context, prepared, act)
        async with context.db.transaction() as tx:
            return await _settled(tx, Ingested(known, is_new=False), act)


def _check_size(content: bytes) -> None:
    if not content:
        raise Invalid("This file is empty.")
    if len(content) > MAX_BYTES:
        raise Invalid(f"This file is larger than {MAX_BYTES // 2**20} MB, the most I can read.")


async def _find_known(
    context: TenantContext, embedder: Embedder | None, draft: Document, digest: str
) -> Document | None:
    async with context.db.transaction() as tx:
        return await _same_content(tx, embedder.name if embedder else "", draft, digest)


async def _same_content(tx: Tx, model: str, draft: Document, digest: str) -> Document | None:
    """The document that makes this one needless: same content, and embeddings no worse."""
    found = await store.find_same_content(tx, digest, draft.scope, draft.owner_id)
    if found is None or (model and found[1] != model):
        return None
    return found[0]


async def _prepare(
    reader: Reader, embedder: Embedder | None, draft: Document, content: bytes, digest: str
) -> _Prepared:
    extracted = await reader.read(content, draft.title)
    count = embedder.count if embedder else estimate_pieces
    # Beside the loop: a long document must not keep others waiting.
    chunks = await asyncio.to_thread(chunk, extracted.parts, count)
    if not chunks:
        raise Invalid("There is no text in this file.")
    if len(chunks) > MAX_CHUNKS:
        raise Invalid("This file has too much text in it. Split it and send me the parts.")
    document = Document(
        draft.document_id,
        draft.title,
        extracted.media,
        extracted.pages,
        len(chunks),
        draft.scope,
        draft.owner_id,
    )
    embeddings = await embed_chunks(embedder, chunks)
    model = embedder.name if embedder and embeddings else ""
    return _Prepared(document, digest, chunks, extracted.notes, embeddings, model)


async def _write(context: TenantContext, prepared: _Prepared, act: Attempt) -> Ingested:
    document, digest = prepared.document, prepared.content_sha256
    async with context.db.transaction() as tx:
        await store.lock_knowledge(tx)
        # Somebody may have added the very same file while this one was being read.
        known = await _same_content(tx, prepared.embedding_model, document, digest)
        if known is not None:
            return await _settled(tx, Ingested(known, is_new=False), act)
        replaces = await _drop_replaced(tx, document, digest)
        await store.put_document(tx, document, digest, prepared.embedding_model, act.actor)
        await store.put_chunks(
            tx, document.document_id, title_words(document.title), prepared.chunks
        )
        await _put_embeddings(tx, document.document_id, prepared.embeddings)
        await store.count_lexemes_in(tx, document.document_id)
        done = Ingested(document, is_new=True, replaces=replaces, notes=prepared.notes)
        return await _settled(tx, done, act)


async def _put_embeddings(tx: Tx, document_id: str, embeddings: Sequence[Sequence[float]]) -> None:
    if embeddings:
        await store.put_embeddings(tx, document_id, embeddings)


async def _drop_replaced(tx: Tx, document: Document, digest: str) -> bool:
    """Take away the versions this one stands for: same title, or same content badly embedded.

    Returns whether there was one of the same title.
    """
    earlier = await store.find_same_title(tx, document.title, document.scope, document.owner_id)
    replaced = {old.document_id for old in earlier}
    same = await store.find_same_content(tx, digest, document.scope, document.owner_id)
    if same is not None:
        replaced.add(same[0].document_id)
    for document_id in sorted(replaced):
        await drop(tx, document_id)
    return bool(earlier)


async def _settled(tx: Tx, ingested: Ingested, act: Attempt) -> Ingested:
    """The audit row of what was done, in the transaction that did it."""
    await act.record(
        tx,
        "done",
        document_id=ingested.document.document_id,
        chunks=ingested.document.chunk_count,
        is_new=ingested.is_new,
    )
    return ingested
