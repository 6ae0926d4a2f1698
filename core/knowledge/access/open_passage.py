"""Read a passage of a document, word for word, if this person may see it at this moment."""

from dataclasses import dataclass

from core.audit.attempt import attempt
from core.db.tenant import TenantContext
from core.kernel.errors import NotFound
from core.knowledge import store
from core.knowledge.access.list_visible import list_visible
from core.tenancy.membership.readers import Readers

ACTION = "knowledge:passage:open"
NOT_THERE = (
    "I cannot show you that passage: its document was deleted or replaced since, or is not for you."
)


@dataclass(frozen=True, slots=True)
class OpenedPassage:
    """The words of a document, from one chunk to another, and where they stand."""

    title: str
    page: int | None
    heading: str
    text: str


async def open_passage(
    context: TenantContext,
    readers: Readers,
    *,
    document_id: str,
    first: int,
    last: int,
    person_id: str,
    reference: str,
) -> OpenedPassage:
    """The chunks from *first* to *last*; audited. Slack is asked now whether the person is in the
    document's channel. Raises NotFound, in the same words for what is gone and what is not theirs."""
    given = context.fingerprint(f"{document_id}:{first}-{last}")
    async with attempt(context, ACTION, person_id, reference=reference, arguments=given) as act:
        seen = await list_visible(context, readers, [document_id], person_id=person_id)
        async with context.db.transaction() as tx:
            found = await store.find_document(tx, document_id)
            pieces = await store.list_passage(tx, document_id, first, last)
        if found is None or not pieces or document_id not in seen:
            await act.conclude("refused")
            raise NotFound(NOT_THERE)
        await act.conclude("done", document_id=document_id)
    heading, page, _ = pieces[0]
    return OpenedPassage(found[0].title, page, heading, "\n\n".join(text for *_, text in pieces))
