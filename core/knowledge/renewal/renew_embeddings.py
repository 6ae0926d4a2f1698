"""Embed anew, in the background, what another model has embedded or none has: a task a document.

Each document goes over in one commit, so that a search finds it in one model or in the other. A task
whose worker dies is done again; one mailbox for all of a tenant's keeps them one after the other.
"""

import logging

from core.audit.record import record
from core.db.database import Database
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.gateway.ports import ProviderError
from core.jobs import store as queue
from core.jobs.put_task import put_task
from core.kernel.errors import Postponed
from core.kernel.ids import TenantId, new_reference
from core.knowledge import store
from core.knowledge.ports import Embedder

log = logging.getLogger(__name__)

TASK = "renew_embeddings"
MAILBOX = f"task:{TASK}"
ACTION = "knowledge:document:embed"
STEP = 16  # chunks, after which others get their turn at the model
AT_ONCE = 200  # documents of one tenant that are put into its mailbox at a time


async def put_renewals(database: Database, tenant_id: TenantId, model: str, turn: str) -> int:
    """Put a task for each document that is not embedded with *model*, AT_ONCE at most, unless such
    tasks wait already; how many.

    *turn* names the time: what could not be done in one is put again in the next.
    """
    context = await database.tenant(tenant_id)
    async with context.db.transaction() as tx:
        if await queue.next_event(tx, MAILBOX) is not None:
            return 0
        outdated = await store.list_outdated(tx, model, AT_ONCE)
    for document_id in outdated:
        arguments = {"document_id": document_id, "model": model}
        key = f"{turn}:{document_id}"
        await put_task(database, tenant_id, TASK, arguments, key=key, mailbox=MAILBOX)
    return len(outdated)


async def renew_embeddings(
    context: TenantContext, embedder: Embedder, *, document_id: str, model: str
) -> None:
    """Embed a document with *model*, unless that was done, the document is gone, or this process has
    another model by now. Raises Postponed when the vendor does not answer."""
    async with context.db.transaction() as tx:
        if not await _is_wanted(tx, embedder, document_id, model):
            return
        chunks = await store.list_all_chunks(tx, document_id)
    embeddings: list[list[float]] = []
    try:
        for start in range(0, len(chunks), STEP):
            step = chunks[start : start + STEP]
            embeddings += await embedder.embed([chunk.embedded_text for chunk in step])
    except ProviderError as error:
        if error.about_request:
            log.warning("a document stays without embeddings: %s: %s", model, error)
            return
        raise Postponed(f"the embeddings' vendor does not answer: {error.kind}") from error
    async with context.db.transaction() as tx:
        await store.lock_knowledge(tx)
        if not await _is_wanted(tx, embedder, document_id, model):
            return
        await store.drop_embeddings(tx, document_id)
        await store.put_embeddings(tx, document_id, embeddings)
        await store.note_model(tx, document_id, model)
        await record(
            tx,
            ACTION,
            "system",
            outcome="done",
            reference=new_reference(),
            document_id=document_id,
            model=model,
            chunks=len(chunks),
        )


async def _is_wanted(tx: Tx, embedder: Embedder, document_id: str, model: str) -> bool:
    known = await store.find_model(tx, document_id)
    return embedder.name == model and known is not None and known != model
