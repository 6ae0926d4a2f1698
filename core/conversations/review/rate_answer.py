"""Say whether an answer was of use."""

from core.audit import record as audit
from core.conversations.review import store
from core.conversations.review.model import Rating
from core.db.tenant import TenantContext
from core.kernel.errors import NotFound

ACTION = "conversations:answer:rate"
GONE = "That answer is no longer kept."


async def rate_answer(
    context: TenantContext, turn_id: str, rating: Rating, *, person_id: str, channel: str
) -> bool:
    """Keep the rating; False when it was the same already. Raises NotFound.

    *channel* is where the button was pressed: an answer is rated where it stands, so that nobody
    reaches one they cannot see.
    """
    async with context.db.transaction() as tx:
        found = await store.find_answer(tx, turn_id)
        if found is None or not stands_in(channel, found[1], found[2], person_id):
            raise NotFound(GONE)
        changed = await store.rate_answer(tx, turn_id, rating)
        if changed:
            await audit.record(
                tx, ACTION, person_id, outcome="done", reference=turn_id, rating=rating
            )
    return changed


async def find_answer_at(context: TenantContext, channel: str, message_ts: str) -> str:
    """The turn that a message answers. Raises NotFound."""
    async with context.db.transaction() as tx:
        turn_id = await store.find_turn_of(tx, channel, message_ts)
    if turn_id is None:
        raise NotFound(GONE)
    return turn_id


def stands_in(channel: str, asked_by: str, asked_in: str, person_id: str) -> bool:
    """Whether an answer can be seen from there: in its own channel, or, where that was closed to us,
    in the direct message of whoever asked."""
    return channel == asked_in or (channel.startswith("D") and person_id == asked_by)
