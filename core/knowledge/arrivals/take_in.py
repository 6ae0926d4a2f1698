"""Take a file in: read, cut, embed, and then, in one transaction, be a document in place of the old."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from core.audit.attempt import Attempt, attempt
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import Invalid
from core.knowledge import store
from core.knowledge.arrivals import store as arrivals
from core.knowledge.arrivals.model import (
    Arrival,
    ArrivalState,
    Held,
    Progress,
    Quota,
    Withdrawn,
    check_room,
    unseen,
)
from core.knowledge.arrivals.settle import settle, text_bytes_of
from core.knowledge.forget_document import check_replaceable, drop
from core.knowledge.model import (
    MAX_BYTES,
    MAX_CHUNKS,
    Chunk,
    Document,
    Ingested,
)
from core.knowledge.ports import Embedder, Reader
from core.knowledge.reading.chunking import chunk, estimate_pieces
from core.knowledge.renewal.embed_chunks import embed_chunks

ACTION = "knowledge:document:ingest"

# What a caller writes of it in the transaction that makes it a document.
AlsoIngested = Callable[[Tx, Ingested], Awaitable[None]]


async def nothing_besides(tx: Tx, ingested: Ingested) -> None:
    """For who writes nothing of it."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What taking files in needs: who reads them, who embeds them, and how much there is room for."""

    reader: Reader
    embedder: Embedder | None = None
    quota: Quota = field(default=Quota())


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Everything that is worked out before the transaction, so that it is short."""

    document: Document
    content_sha256: str
    chunks: list[Chunk]
    notes: tuple[str, ...]
    embeddings: list[list[float]]
    embedding_model: str


async def take_in(
    context: TenantContext,
    shelf: Shelf,
    arrival: Arrival,
    content: bytes,
    *,
    reference: str,
    may_replace_any: bool = False,
    progress: Progress = unseen,
    also: AlsoIngested = nothing_besides,
) -> Ingested:
    """Make the arrival a document; audited before and after. Its row is there, and remains where this
    fails. What is *also* written is written in the commit that makes it one.

    The same content again changes nothing; other content under a known title replaces it, unless that
    came later. What others read too is replaced only by whoever added it, or with *may_replace_any*:
    else Conflict. Raises Invalid and Refused, in words, when the file cannot be used, and Withdrawn.
    """
    digest = hashlib.sha256(content).hexdigest()
    given = context.fingerprint(f"{arrival.title}\n{digest}")
    async with attempt(
        context,
        ACTION,
        arrival.added_by,
        reference=reference,
        arguments=given,
        scope=arrival.scope,
    ) as act:
        _check_size(content)
        known = await _settle_known(context, shelf, arrival, digest, act, also)
        if known is not None:
            return known
        await _reserve(context, shelf, arrival, "reading", Held(1, 0, 0))
        await progress(0, 0)
        prepared = await _prepare(context, shelf, arrival, content, digest, progress)
        return await _write(context, shelf, prepared, act, also, may_replace_any)


def _check_size(content: bytes) -> None:
    if not content:
        raise Invalid("This file is empty.")
    if len(content) > MAX_BYTES:
        raise Invalid(f"This file is larger than {MAX_BYTES // 2**20} MB, the most I can read.")


async def _settle_known(
    context: TenantContext,
    shelf: Shelf,
    arrival: Arrival,
    digest: str,
    act: Attempt,
    also: AlsoIngested,
) -> Ingested | None:
    """What comes of it where reading it is needless."""
    async with context.db.transaction() as tx:
        known = await _same_content(tx, shelf, arrival, digest)
        return (
            await _settled(tx, arrival, Ingested(known, is_new=False), act, also) if known else None
        )


async def _same_content(
    tx: Tx, shelf: Shelf, whose: Arrival | Document, digest: str
) -> Document | None:
    """The document that makes this one needless: same content, and embeddings no worse."""
    found = await store.find_same_content(tx, digest, whose.scope, whose.owner_id, whose.channel_id)
    model = shelf.embedder.name if shelf.embedder else ""
    if found is None or (model and found[1] != model):
        return None
    return found[0]


async def _reserve(
    context: TenantContext, shelf: Shelf, arrival: Arrival, state: ArrivalState, wanted: Held
) -> None:
    """Under the tenant's lock, so that of many at once each sees what the others have reserved."""
    async with context.db.transaction() as tx:
        await store.lock_knowledge(tx)
        await _still_there(tx, arrival.document_id)
        check_room(shelf.quota, await arrivals.count_held(tx, arrival.document_id) + wanted)
        await arrivals.note_reserved(tx, arrival.document_id, state, wanted)


async def _still_there(tx: Tx, document_id: str) -> Arrival:
    """The arrival as it is by now: it may have been shared meanwhile. Raises Withdrawn."""
    now = await arrivals.find_arrival(tx, document_id)
    if now is None or now.state == "ready":
        raise Withdrawn
    return now


async def _prepare(
    context: TenantContext,
    shelf: Shelf,
    arrival: Arrival,
    content: bytes,
    digest: str,
    progress: Progress,
) -> _Prepared:
    extracted = await shelf.reader.read(content, arrival.title)
    count = shelf.embedder.count if shelf.embedder else estimate_pieces
    # Beside the loop: a long document must not keep others waiting.
    chunks = await asyncio.to_thread(chunk, extracted.parts, count)
    if not chunks:
        raise Invalid("There is no text in this file.")
    if len(chunks) > MAX_CHUNKS:
        raise Invalid("This file has too much text in it. Split it and send me the parts.")
    await _reserve(context, shelf, arrival, "indexing", Held(1, len(chunks), text_bytes_of(chunks)))
    embeddings = await embed_chunks(shelf.embedder, chunks, progress)
    document = Document(
        arrival.document_id,
        arrival.title,
        extracted.media,
        extracted.pages,
        len(chunks),
        arrival.scope,
        arrival.owner_id,
        arrival.channel_id,
    )
    model = shelf.embedder.name if shelf.embedder and embeddings else ""
    return _Prepared(document, digest, chunks, extracted.notes, embeddings, model)


async def _write(
    context: TenantContext,
    shelf: Shelf,
    prepared: _Prepared,
    act: Attempt,
    also: AlsoIngested,
    may_replace_any: bool,
) -> Ingested:
    async with context.db.transaction() as tx:
        await store.lock_knowledge(tx)
        arrival = await _still_there(tx, prepared.document.document_id)
        document = replace(
            prepared.document,
            scope=arrival.scope,
            owner_id=arrival.owner_id,
            channel_id=arrival.channel_id,
        )
        done = await _needless(tx, shelf, document, prepared.content_sha256)
        if done is None:
            replaced = await _find_replaced(tx, document, prepared.content_sha256)
            check_replaceable(replaced, arrival.added_by, any_document=may_replace_any)
            for old in replaced:
                await drop(tx, old)
            replaces = any(old.title == document.title for old in replaced)
            await settle(
                tx,
                document,
                prepared.chunks,
                prepared.embeddings,
                content_sha256=prepared.content_sha256,
                embedding_model=prepared.embedding_model,
            )
            done = Ingested(document, is_new=True, replaces=replaces, notes=prepared.notes)
        return await _settled(tx, arrival, done, act, also)


async def _needless(tx: Tx, shelf: Shelf, document: Document, digest: str) -> Ingested | None:
    """While this one was read, the very same file was added, or a later version of it."""
    known = await _same_content(tx, shelf, document, digest)
    if known is not None:
        return Ingested(known, is_new=False)
    later = await arrivals.find_later(tx, document.document_id)
    found = await store.find_document(tx, later) if later else None
    return Ingested(found[0], is_new=False, outdated=True) if found else None


async def _find_replaced(tx: Tx, document: Document, digest: str) -> list[Document]:
    """The versions this one stands for: same title, or same content badly embedded."""
    replaced = await store.find_same_title(tx, document.title, *document.whose)
    same = await store.find_same_content(tx, digest, *document.whose)
    if same is not None and same[0] not in replaced:
        replaced.append(same[0])
    return replaced


async def _settled(
    tx: Tx, arrival: Arrival, ingested: Ingested, act: Attempt, also: AlsoIngested
) -> Ingested:
    """The audit row of what was done, in the transaction that did it."""
    await arrivals.drop_arrival(tx, arrival.document_id)  # if it was not needed
    await also(tx, ingested)
    await act.record(
        tx,
        "done",
        document_id=ingested.document.document_id,
        chunks=ingested.document.chunk_count,
        is_new=ingested.is_new,
        replaces=ingested.replaces,
    )
    return ingested
