"""Why an answer is as it is: who took it, from what, with which model and tools, at what cost."""

from dataclasses import replace

from core.conversations.review import store
from core.conversations.review.model import Explanation
from core.conversations.review.rate_answer import stands_in
from core.db.tenant import TenantContext
from core.kernel.errors import NotFound
from core.knowledge.access.list_visible import list_visible
from core.tenancy.membership.readers import Readers

NO_ANSWER = "That message is not an answer of mine, or it is no longer kept."


async def explain_answer(
    context: TenantContext, readers: Readers, message_ts: str, *, person_id: str, channel: str
) -> Explanation:
    """For whoever can see the answer: they point to the message in the channel it stands in. Of its
    sources they are told those that they may see now.

    Raises NotFound.
    """
    async with context.db.transaction() as tx:
        turn_id = await store.find_turn_of(tx, channel, message_ts)
        found = await store.find_answer(tx, turn_id) if turn_id else None
        if found is None or not stands_in(channel, found[1], found[2], person_id):
            raise NotFound(NO_ANSWER)
        steps = await store.list_taken(tx, found[0].turn_id)
    cited = [source.document_id for source in found[0].sources if source.document_id]
    seen = await list_visible(context, readers, cited, person_id=person_id)
    # What has no document is no document's, or from before these were noted.
    sources = (one for one in found[0].sources if not one.document_id or one.document_id in seen)
    return replace(found[0], sources=tuple(sources), steps=steps)
