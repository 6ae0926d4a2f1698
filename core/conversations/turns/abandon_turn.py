"""Give up a turn: nobody works on it any more, and its rows say so."""

from core.conversations import store
from core.conversations.turns.parts import direct_prefix, parts_prefix
from core.db.tenant import TenantContext


async def abandon_turn(context: TenantContext, event_key: str, reason: str = "given up") -> bool:
    """Close the turn of a message as failed; False when it has none that is open.

    *event_key* is the question's own: the message's channel and ts, or the command's event id.
    """
    async with context.db.transaction() as tx:
        turn_id = await store.abandon_turn(tx, event_key)
        if turn_id is not None:
            await store.mark_parts_failed(tx, parts_prefix(turn_id), reason)
            await store.mark_parts_failed(tx, direct_prefix(turn_id), reason)
    return turn_id is not None
