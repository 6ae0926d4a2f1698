"""Take a document away, with every chunk, embedding and word count of it."""

from collections.abc import Awaitable, Callable

from core.audit.attempt import attempt
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import NotFound, Refused
from core.kernel.ids import new_reference
from core.knowledge import store
from core.knowledge.model import Document, Sight

ACTION = "knowledge:document:forget"
_UNKNOWN = "I have no such document: it was deleted or replaced already, or is not for you."
FOR_ADMINS = {
    "workspace": "Only an admin can delete a document of the whole workspace.",
    "channel": "Only whoever gave this document to the channel, or an admin, can delete it.",
}

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
    sight: Sight | None = None,
    reference: str | None = None,
    also: Also = nothing_more,
) -> Document:
    """Forget a person's own document, or one that they gave to a channel; with *may_forget_any*, one of
    the workspace's or a channel's that they may see.
    What is *also* written is written in the same commit.

    *sight*: what they may see; without it, the workspace's documents and their own. Another one does
    not exist for them, whatever they may do. Raises NotFound, Refused.
    """
    sight = sight or Sight(workspace=True, person_id=person_id)
    reference = reference or new_reference()
    given = context.fingerprint(document_id)
    async with attempt(
        context, ACTION, person_id, reference=reference, arguments=given, document_id=document_id
    ) as act:
        async with context.db.transaction() as tx:
            await store.lock_knowledge(tx)
            found = await store.find_document(tx, document_id)
            if found is None or not sight.shows(*found[0].whose):
                refusal: NotFound | Refused = NotFound(_UNKNOWN)
            elif not may_forget(found[0], person_id, any_document=may_forget_any):
                refusal = Refused(FOR_ADMINS[found[0].scope])
            else:
                await drop(tx, document_id)
                await also(tx, found[0])
                await act.record(tx, "done", document_id=document_id)
                return found[0]
            await act.record(tx, "refused", document_id=document_id)
        raise refusal


def may_forget(document: Document, person_id: str, *, any_document: bool) -> bool:
    """Of a document that they may see. What was given to the whole workspace is nobody's own any more."""
    if any_document or document.scope == "person":
        return True
    return document.scope == "channel" and document.added_by == person_id


async def drop(tx: Tx, document_id: str) -> None:
    """Delete a document and its part in the word counts.

    The caller holds the tenant's knowledge lock.
    """
    await store.count_lexemes_out(tx, document_id)
    await store.drop_unused_lexemes(tx)
    await store.drop_document(tx, document_id)
