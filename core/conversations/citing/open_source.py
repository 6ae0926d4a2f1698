"""Open a numbered source of an answer, for whoever presses, if it is theirs to see now."""

from core.conversations.citing import store
from core.db.tenant import TenantContext
from core.kernel.errors import NotFound
from core.knowledge.access.open_passage import NOT_THERE, OpenedPassage, open_passage
from core.tenancy.membership.readers import Readers


async def open_source(
    context: TenantContext,
    readers: Readers,
    *,
    channel: str,
    message_ts: str,
    number: int,
    person_id: str,
    reference: str,
) -> OpenedPassage:
    """*channel* and *message_ts*: the message in which the button was pressed. Raises NotFound, in the
    same words whether it is gone, was never there, or is not this person's to see."""
    async with context.db.transaction() as tx:
        sources = await store.find_cited(tx, channel, message_ts)
    source = next((one for one in sources if one.number == number and one.document_id), None)
    if source is None:
        raise NotFound(NOT_THERE)
    return await open_passage(
        context,
        readers,
        document_id=source.document_id,
        first=source.first,
        last=source.last,
        person_id=person_id,
        reference=reference,
    )
