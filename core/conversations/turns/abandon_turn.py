"""Give up a turn: nobody works on it any more, and its rows and cards say so."""

import logging

from core.conversations import store
from core.conversations.approvals.resume_turn import TASK as RESUME_TURN
from core.conversations.approvals.show_outcome import show_outcome
from core.conversations.model import LostTurn
from core.conversations.turns.parts import direct_prefix, parts_prefix
from core.conversations.turns.staff import Staff
from core.db.database import Database
from core.db.tenant import TenantContext
from core.gateway.approvals.end_steps import end_steps
from core.jobs.put_task import put_task
from core.kernel.errors import Disconnected, Postponed

log = logging.getLogger(__name__)

GIVE_UP_TURN = "give_up_turn"
# No event is tried for so long: after an hour trouble around it counts too, and then five tries are all.
LOST_SECONDS = 3 * 3600.0
MOST_AT_ONCE = 200


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


async def have_lost_turns_given_up(database: Database, context: TenantContext) -> None:
    """Put a task for each turn that lost its event: a failover to a replica that lacks the last second
    forgets the event, and a worker that lived through it has begun the turn. Once for each turn."""
    async with context.db.transaction() as tx:
        lost = await store.list_lost_turns(tx, LOST_SECONDS, f"task:{RESUME_TURN}:", MOST_AT_ONCE)
    for turn_id in lost:
        await put_task(database, context.tenant_id, GIVE_UP_TURN, {"turn": turn_id}, key=turn_id)


async def find_lost_turn(context: TenantContext, turn_id: str) -> LostTurn | None:
    """Where it was asked, and by whom; None when it is over by now."""
    async with context.db.transaction() as tx:
        return await store.find_lost_turn(tx, turn_id)
