"""Offer to answer in private, to whoever asked alone, where something was withheld from an answer."""

import logging

from core.conversations.model import Outgoing, Place, Turn
from core.conversations.outbox import post
from core.conversations.ports import CannotPost
from core.conversations.sharing import store
from core.conversations.sharing.model import Kept
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.kernel.errors import NotFound

log = logging.getLogger(__name__)

_AGAIN = "privately:"
NOT_YOURS = "Only whoever asked can be answered in private. Ask me in a direct message."


def key_of_again(turn_id: str) -> str:
    """Under which that turn's question is asked once more, in private: one turn however often."""
    return f"{_AGAIN}{turn_id}"


def asked_first(event_key: str) -> str | None:
    """The turn whose question a turn of this key asks once more, if it does."""
    return event_key.removeprefix(_AGAIN) if event_key.startswith(_AGAIN) else None


async def offer_alone(context: TenantContext, staff: Staff, place: Place, turn: Turn) -> None:
    """A card that the person alone sees, once; nothing where nothing was withheld. Raises Postponed and
    Disconnected."""
    if place.private:
        return
    async with context.db.transaction() as tx:
        kept = await store.find_kept(tx, turn.turn_id)
    if kept is None or not kept.is_whole or kept.drew_on is None or not kept.drew_on.withheld:
        return
    text, blocks = staff.offer_alone(turn.turn_id, kept.drew_on.withheld)
    card = Outgoing(place.channel, text, place.thread_ts, tuple(blocks), only_for=place.person_id)
    try:
        await post(context, staff.messenger, card, key=f"alone:{turn.turn_id}")
    except CannotPost as refusal:
        # The answer stands, and says how much was left out: what is missing is a button.
        log.info("a private answer is not offered", extra={"reason": refusal.reason})


async def find_withheld(context: TenantContext, turn_id: str, *, person_id: str) -> Kept:
    """The question that is to be answered in private. Raises NotFound, also for anybody else's."""
    async with context.db.transaction() as tx:
        kept = await store.find_kept(tx, turn_id)
    if kept is None or kept.person_id != person_id or not kept.question:
        raise NotFound(NOT_YOURS)
    return kept
