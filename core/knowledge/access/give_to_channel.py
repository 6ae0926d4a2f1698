"""Give a person's own document to a channel that they are in."""

from core.db.tenant import TenantContext
from core.kernel.errors import Refused
from core.knowledge.model import Document
from core.knowledge.share_document import AlsoShared, nothing_else, share_document
from core.tenancy.membership.readers import Readers

NOT_THERE = (
    "I cannot tell that you are in that channel, so nothing was shared. If it is private, invite me there "
    "with /invite and choose it again."
)


async def give_to_channel(
    context: TenantContext,
    readers: Readers,
    *,
    document_id: str,
    person_id: str,
    channel_id: str,
    may_replace_any: bool = False,
    also: AlsoShared = nothing_else,
) -> Document:
    """Slack is asked now whether they are in it. Raises Refused when that is not sure, and what
    `share_document` raises."""
    theirs = await readers.channels_of(context, person_id, [channel_id], fresh=True)
    if channel_id not in theirs:
        raise Refused(NOT_THERE)
    return await share_document(
        context,
        document_id=document_id,
        person_id=person_id,
        channel_id=channel_id,
        may_replace_any=may_replace_any,
        also=also,
    )
