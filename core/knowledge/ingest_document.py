"""Read a file in at once: chunks, embeddings and word counts, once, in the tenant's own schema."""

from core.db.tenant import TenantContext
from core.kernel.ids import new_id
from core.knowledge.arrivals import store
from core.knowledge.arrivals.model import Arrival, Progress, Quota, unseen
from core.knowledge.arrivals.take_in import Shelf, take_in
from core.knowledge.model import Ingested, Scope, clean_title
from core.knowledge.ports import Embedder, Reader


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
    quota: Quota | None = None,
    may_replace_any: bool = False,
    progress: Progress = unseen,
) -> Ingested:
    """Add a file for the workspace, or for *added_by* alone; audited before and after.

    The same content again changes nothing; other content under a known title replaces it, if *added_by*
    has added that too or *may_replace_any*, else Conflict. Raises Invalid and Refused, in words, when
    the file cannot be used.
    """
    owner_id = added_by if scope == "person" else ""
    arrival = Arrival(new_id(), clean_title(title), scope, owner_id, added_by)
    async with context.db.transaction() as tx:
        await store.put_arrival(tx, arrival)
    shelf = Shelf(reader, embedder, quota or Quota())
    try:
        return await take_in(
            context,
            shelf,
            arrival,
            content,
            reference=reference,
            may_replace_any=may_replace_any,
            progress=progress,
        )
    except BaseException:
        # What a killed process leaves of it is taken away within the hour.
        async with context.db.transaction() as tx:
            await store.drop_arrival(tx, arrival.document_id)
        raise
