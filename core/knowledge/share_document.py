"""Give a person's own document to the whole workspace, or to a channel."""

from collections.abc import Awaitable, Callable

from core.audit.attempt import attempt
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import Conflict, NotFound
from core.kernel.ids import new_reference
from core.knowledge import store
from core.knowledge.forget_document import check_replaceable, drop
from core.knowledge.model import Document, Scope

ACTION = "knowledge:document:share"
NOT_YOURS_ALONE = (
    "This card is of a file that is no longer yours alone: it was forgotten, replaced or shared."
)

_Found = tuple[Document, str]  # with the sha256 of its content
# What a caller writes of it in the same transaction; with whether it took the place of another version.
AlsoShared = Callable[[Tx, Document, bool], Awaitable[None]]


async def nothing_else(tx: Tx, document: Document, replaces: bool) -> None:
    """For who writes nothing of it."""


async def share_document(
    context: TenantContext,
    *,
    document_id: str,
    person_id: str,
    channel_id: str = "",
    may_replace_any: bool = False,
    reference: str | None = None,
    also: AlsoShared = nothing_else,
) -> Document:
    """The document as the workspace has it now, or the channel; only its owner can share it, once or
    again. Whether they are in that channel is the caller's to know (`access.give_to_channel`). What is
    *also* written is written in the same commit.

    A version of the same title that they have shared before is replaced; with *may_replace_any*,
    whoever has added it. Raises NotFound (not theirs, or not there), Conflict (the title is taken).
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
                found = await store.find_document(tx, document_id)
                shared, replaces = await _share(tx, found, person_id, channel_id, may_replace_any)
            except (Conflict, NotFound) as error:
                # Raised only after this transaction, so that the row of the refusal stays.
                refusal = error
                await act.record(tx, "refused", document_id=document_id)
            else:
                await also(tx, shared, replaces)
                row = {"document_id": shared.document_id, "scope": shared.scope}
                await act.record(tx, "done", **row, channel=channel_id, replaces=replaces)
                return shared
        raise refusal


async def _share(
    tx: Tx, found: _Found | None, person_id: str, channel_id: str, may_replace_any: bool
) -> tuple[Document, bool]:
    """The document as it is shared, and whether it took the place of another version."""
    scope: Scope = "channel" if channel_id else "workspace"
    if found is not None and _is_shared(found[0], person_id, scope, channel_id):
        return found[0], False  # pressed twice
    if found is None or found[0].scope != "person" or found[0].owner_id != person_id:
        raise NotFound(NOT_YOURS_ALONE)
    document, digest = found
    known = await store.find_same_content(tx, digest, scope, "", channel_id)
    if known is not None:
        await drop(tx, document)  # it is there already: one copy is enough
        return known[0], False
    earlier = await store.find_same_title(tx, document.title, scope, "", channel_id)
    check_replaceable(earlier, person_id, any_document=may_replace_any)
    # What is on its way has no content yet: it takes the place of the others once it is read.
    replaced = earlier if digest else []
    for old in replaced:
        await drop(tx, old)
    return await store.share_document(tx, document, scope, channel_id), bool(replaced)


def _is_shared(document: Document, person_id: str, scope: Scope, channel_id: str) -> bool:
    """By this person, and just so."""
    place = (document.scope, document.channel_id, document.added_by)
    return place == (scope, channel_id, person_id)
