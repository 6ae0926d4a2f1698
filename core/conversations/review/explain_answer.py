"""Why an answer is as it is: who took it, from what, with which model and tools, at what cost."""

from dataclasses import replace

from core.conversations.review import store
from core.conversations.review.model import Explanation
from core.conversations.review.rate_answer import stands_in
from core.db.tenant import TenantContext
from core.kernel.errors import NotFound

NO_ANSWER = "That message is not an answer of mine, or it is no longer kept."


async def explain_answer(
    context: TenantContext, message_ts: str, *, person_id: str, channel: str
) -> Explanation:
    """For whoever can see the answer: they point to the message in the channel it stands in.

    Raises NotFound.
    """
    async with context.db.transaction() as tx:
        turn_id = await store.find_turn_of(tx, channel, message_ts)
        found = await store.find_answer(tx, turn_id) if turn_id else None
        if found is None or not stands_in(channel, found[1], found[2], person_id):
            raise NotFound(NO_ANSWER)
        return replace(found[0], steps=await store.list_taken(tx, found[0].turn_id))
