"""Take a document away, with every chunk, embedding and word count of it."""

from collections.abc import Awaitable, Callable, Collection

from core.audit.attempt import attempt
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import Conflict, NotFound, Refused
from core.kernel.ids import new_reference
from core.knowledge import store
from core.knowledge.model import Document, Sight

ACTION = "knowledge:document:forget"
# What may keep somebody from forgetting a document; None where it is not there.
_Refusal = Callable[[Document | None], NotFound | Refused | None]
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
    seen = sight or Sight(workspace=True, person_id=person_id)

    def refusal(found: Document | None) -> NotFound | Refused | None:
        if found is None or not seen.shows(*found.whose):
            return NotFound(_UNKNOWN)
        if not may_forget(found, person_id, any_document=may_forget_any):
            return Refused(FOR_ADMINS[found.scope])
        return None

    return await _forget(context, document_id, person_id, refusal, reference, also)


async def forget_any(
    context: TenantContext, *, document_id: str, operator: str, reference: str
) -> Document:
    """Forget a document whosever it is, for whoever runs AEGIS: of a channel that is gone and of a person
    who has left nobody in Slack can. Its title is not for them. Raises NotFound."""

    def refusal(found: Document | None) -> NotFound | None:
        return NotFound(_UNKNOWN) if found is None else None

    return await _forget(context, document_id, operator, refusal, reference, nothing_more)


async def _forget(
    context: TenantContext,
    document_id: str,
    actor: str,
    refusal_of: _Refusal,
    reference: str | None,
    also: Also,
) -> Document:
    reference = reference or new_reference()
    given = context.fingerprint(document_id)
    async with attempt(
        context, ACTION, actor, reference=reference, arguments=given, document_id=document_id
    ) as act:
        async with context.db.transaction() as tx:
            await store.lock_knowledge(tx)
            found = await store.find_document(tx, document_id)
            refusal = refusal_of(found[0] if found else None)
            if found is not None and refusal is None:
                await drop(tx, found[0])
                await also(tx, found[0])
                await act.record(tx, "done", document_id=document_id)
                return found[0]
            await act.record(tx, "refused", document_id=document_id)
        assert refusal is not None
        raise refusal


def may_forget(document: Document, person_id: str, *, any_document: bool) -> bool:
    """Of a document that they may see. What was given to the whole workspace is nobody's own any more."""
    if any_document or document.scope == "person":
        return True
    return document.scope == "channel" and document.added_by == person_id


def may_replace(old: Document, person_id: str, *, any_document: bool) -> bool:
    """Whether a new version of theirs may take the place of *old*: unlike forgetting, that leaves others
    with an answer, so whoever added it may."""
    return any_document or old.scope == "person" or old.added_by == person_id


def check_replaceable(
    replaced: Collection[Document], person_id: str, *, any_document: bool
) -> None:
    """Raises Conflict when a new version of theirs would take the place of what is not theirs to
    replace."""
    for old in replaced:
        if not may_replace(old, person_id, any_document=any_document):
            whose = "That channel" if old.scope == "channel" else "The workspace"
            raise Conflict(
                f"{whose} already has another document called “{old.title}”, which somebody else has "
                "added. Give yours another name, or ask them or an admin."
            )


async def drop(tx: Tx, document: Document) -> None:
    """Delete a document and its part in the word counts.

    The caller holds the tenant's knowledge lock.
    """
    await store.count_lexemes_out(tx, document)
    await store.drop_unused_lexemes(tx)
    await store.drop_document(tx, document.document_id)
