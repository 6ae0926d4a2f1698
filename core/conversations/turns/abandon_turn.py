"""Give up a turn: nobody works on it any more, and its rows and cards say so."""

import logging

from core.conversations import store
from core.conversations.approvals.show_outcome import show_outcome
from core.conversations.turns.parts import direct_prefix, parts_prefix
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.gateway.approvals.end_steps import end_steps
from core.kernel.errors import Disconnected, Postponed

log = logging.getLogger(__name__)


async def abandon_turn(
    context: TenantContext, staff: Staff, event_key: str, reason: str = "given up"
) -> bool:
    """Close the turn of a message as failed; False when it has none that is open.

    *event_key* is the question's own: the message's channel and ts, or the command's event id.
    """
    async with context.db.transaction() as tx:
        turn_id = await store.abandon_turn(tx, event_key)
        if turn_id is None:
            return False
        untold = await end_steps(tx, turn_id)
        await store.mark_parts_failed(tx, parts_prefix(turn_id), reason)
        await store.mark_parts_failed(tx, direct_prefix(turn_id), reason)
    try:
        await show_outcome(context, staff, untold)
    except (Postponed, Disconnected) as trouble:
        log.info("the cards of a turn that was given up stay as they are: %s", trouble)
    return True
