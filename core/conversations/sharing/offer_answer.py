"""Offer to share an answer that one person reads, in a card below it."""

import logging

from core.conversations.model import Outgoing, Place, Turn
from core.conversations.outbox import post
from core.conversations.ports import CannotPost
from core.conversations.sharing import store
from core.conversations.sharing.look_again import look_again
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError

log = logging.getLogger(__name__)


async def offer_answer(context: TenantContext, staff: Staff, place: Place, turn: Turn) -> None:
    """Once, however often it is called; nothing where there is nothing to share, or nowhere. Raises
    Postponed and Disconnected."""
    about = turn.about
    if about is None or not place.private or about.channel.startswith("D"):
        return  # others read it anyway, or nobody else could
    async with context.db.transaction() as tx:
        kept = await store.find_kept(tx, turn.turn_id)
    if kept is None:
        return
    try:
        kept.check(place.person_id, await look_again(context, staff.readers, kept))
    except DomainError:
        return
    text, blocks = staff.offer(turn.turn_id, about)
    card = Outgoing(place.channel, text, place.thread_ts, tuple(blocks))
    try:
        await post(context, staff.messenger, card, key=f"offer:{turn.turn_id}")
    except CannotPost as refusal:
        # The answer stands: what is missing is a button.
        log.info("an answer is not offered to be shared", extra={"reason": refusal.reason})
