"""Take a document away, with every chunk, embedding and word count of it."""

from collections.abc import Awaitable, Callable

from core.audit.attempt import attempt
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import NotFound, Refused
from core.kernel.ids import new_reference
from core.knowledge import store
from core.knowledge.model import Document

ACTION = "knowledge:document:forget"
_UNKNOWN = "I have no such document."

# What a caller writes of it in the same transaction.
Also = Callable[[Tx, Document], Awaitable[None]]


async def nothing_more(tx: Tx, document: Document) -> None:
    """For who writes nothing of it."""


async def forget_document(
    context: TenantContext,
    *,
    document_id: str,
    person_id: str,
    may_forget_any: bool = False,
    reference: str | None = None,
    also: Also = nothing_more,
) -> Document:
    """Forget a person's own document or, with *may_forget_any*, one of the workspace's. What is *also*
    written is written in the same commit.

    Another person's own document does not exist for the asker, whatever they may do.
    Raises NotFound, Refused.
    """
    reference = reference or new_reference()
    given = context.fingerprint(document_id)
    async with attempt(
        context, ACTION, person_id, reference=reference, arguments=given, document_id=document_id
    ) as act:
        async with context.db.transaction() as tx:
            await store.lock_knowledge(tx)
            found = await store.find_document(tx, document_id)
            if found is None or (found[0].scope == "person" and found[0].owner_id != person_id):
                refusal: NotFound | Refused = NotFound(_UNKNOWN)
            elif found[0].scope == "workspace" and not may_forget_any:
                refusal = Refused("Only an admin can take away a document of the whole workspace.")
            else:
                await drop(tx, document_id)
                await also(tx, found[0])
                await act.record(tx, "done", document_id=document_id)
                return found[0]
            await act.record(tx, "refused", document_id=document_id)
        raise refusal


async def drop(tx: Tx, document_id: str) -> None:
    """Delete a document and its part in the word counts.

    The caller holds the tenant's knowledge lock.
    """
    await store.count_lexemes_out(tx, document_id)
    await store.drop_unused_lexemes(tx)
    await store.drop_document(tx, document_id)
