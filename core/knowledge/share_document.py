"""Give a person's own document to the whole workspace, or to a channel."""

from core.audit.attempt import attempt
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import Conflict, NotFound
from core.kernel.ids import new_reference
from core.knowledge import store
from core.knowledge.forget_document import Also, drop, nothing_more
from core.knowledge.model import Document, Scope

ACTION = "knowledge:document:share"
NOT_YOURS_ALONE = (
    "This card is of a file that is no longer yours alone: it was forgotten, replaced or shared."
)


async def share_document(
    context: TenantContext,
    *,
    document_id: str,
    person_id: str,
    channel_id: str = "",
    reference: str | None = None,
    also: Also = nothing_more,
) -> Document:
    """The document as the workspace has it now, or the channel; only its owner can share it, once or
    again. Whether they are in that channel is the caller's to know (`access.give_to_channel`). What is
    *also* written is written in the same commit.

    Raises NotFound (not theirs, or not there), Conflict (the title is taken by other content).
    """
    reference = reference or new_reference()
    given = context.fingerprint(document_id)
    refusal: Conflict | NotFound
    async with attempt(
        context, ACTION, person_id, reference=reference, arguments=given, document_id=document_id
    ) as act:
        async with context.db.transaction() as tx:
            await store.lock_knowledge(tx)
            try:
                shared = await _share(tx, document_id, person_id, channel_id)
            except (Conflict, NotFound) as error:
                # Raised only after this transaction, so that the row of the refusal stays.
                refusal = error
                await act.record(tx, "refused", document_id=document_id)
            else:
                await also(tx, shared)
                await act.record(
                    tx,
                    "done",
                    document_id=shared.document_id,
                    scope=shared.scope,
                    channel=channel_id,
                )
                return shared
        raise refusal


async def _share(tx: Tx, document_id: str, person_id: str, channel_id: str) -> Document:
    scope: Scope = "channel" if channel_id else "workspace"
    found = await store.find_document(tx, document_id)
    if found is not None and _is_shared(found[0], person_id, scope, channel_id):
        return found[0]  # pressed twice
    if found is None or found[0].scope != "person" or found[0].owner_id != person_id:
        raise NotFound(NOT_YOURS_ALONE)
    document, digest = found
    known = await store.find_same_content(tx, digest, scope, "", channel_id)
    if known is not None:
        await drop(tx, document_id)  # it is there already: one copy is enough
        return known[0]
    if await store.find_same_title(tx, document.title, scope, "", channel_id):
        whose = "That channel" if channel_id else "The workspace"
        raise Conflict(
            f"{whose} already has another document called “{document.title}”. "
            "Give your file another name and drop it again to share it."
        )
    await store.share_document(tx, document_id, scope, channel_id)
    shared = await store.find_document(tx, document_id)
    assert shared is not None
    return shared[0]


def _is_shared(document: Document, person_id: str, scope: Scope, channel_id: str) -> bool:
    """By this person, and just so."""
    place = (document.scope, document.channel_id, document.added_by)
    return place == (scope, channel_id, person_id)
