"""The statements of arrivals, one function each."""

from collections.abc import Sequence

from core.db import sql
from core.db.transaction import Tx
from core.knowledge.arrivals.model import Arrival, ArrivalState, Held
from core.knowledge.model import Document

SQL = sql.load("core.knowledge.arrivals")


async def put_arrival(tx: Tx, arrival: Arrival) -> None:
    """A second call with the same id changes nothing."""
    await tx.execute(
        SQL["put_arrival"],
        arrival.document_id,
        arrival.title,
        arrival.scope,
        arrival.owner_id,
        arrival.channel_id,
        arrival.added_by,
    )


async def find_arrival(tx: Tx, document_id: str) -> Arrival | None:
    """Also what is a document by now; its state says so."""
    row = await tx.fetchrow(SQL["find_arrival"], document_id)
    return Arrival(**row) if row else None


async def count_held(tx: Tx, document_id: str) -> Held:
    """What the tenant's documents take, and those on their way; but this one, and what it replaces."""
    row = await tx.fetchrow(SQL["count_held"], document_id)
    return Held(**row) if row else Held(0, 0, 0)


async def note_reserved(tx: Tx, document_id: str, state: ArrivalState, held: Held) -> None:
    await tx.execute(SQL["note_reserved"], document_id, state, held.chunks, held.text_bytes)


async def settle_arrival(
    tx: Tx, document: Document, content_sha256: str, embedding_model: str, text_bytes: int
) -> None:
    """Make it a document."""
    await tx.execute(
        SQL["settle_arrival"],
        document.document_id,
        document.media,
        content_sha256,
        embedding_model,
        document.pages,
        text_bytes,
    )


async def drop_arrival(tx: Tx, document_id: str) -> None:
    """Nothing happens to what is a document by now."""
    await tx.execute(SQL["drop_arrival"], document_id)


async def find_later(tx: Tx, document_id: str) -> str | None:
    """The document of the same title that came after this one and is there already."""
    found: str | None = await tx.fetchval(SQL["find_later"], document_id)
    return found


async def are_on_their_way(tx: Tx, document_ids: Sequence[str]) -> bool:
    """Whether one of them is not ready yet."""
    return bool(await tx.fetchval(SQL["are_on_their_way"], document_ids))


async def drop_lost(tx: Tx, task_prefix: str) -> None:
    """*task_prefix*: how the ids of the events begin that work on arrivals."""
    await tx.execute(SQL["drop_lost"], task_prefix)
