"""Put what an agent wants to do before the people who may say yes."""

import logging
from collections.abc import Iterable

from core.conversations import store
from core.conversations.approvals.show_outcome import drawn, key_of
from core.conversations.model import Place
from core.conversations.outbox import post
from core.conversations.ports import CannotPost
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.gateway.approvals.model import rule_in
from core.gateway.tools.steps import ToolStep

log = logging.getLogger(__name__)

MOST_ASKED = 10  # people who get the card directly


async def ask_people(
    context: TenantContext, staff: Staff, place: Place, steps: Iterable[ToolStep]
) -> None:
    """A card in the thread for each call that waits, and one for each person who reads elsewhere.

    Once, however often it is called. Raises Postponed, CannotPost for the thread alone.
    """
    for step in steps:
        card = drawn(staff, step, place.channel, place.thread_ts)
        await post(context, staff.messenger, card, key=key_of(step))
        for person_id in await who_reads_elsewhere(context, step, place):
            try:
                channel = await staff.messenger.open_direct(context, person_id)
                direct = drawn(staff, step, channel)
                await post(context, staff.messenger, direct, key=f"{key_of(step)}:{person_id}")
            except CannotPost as closed:
                log.info("somebody could not be asked", extra={"reason": closed.reason})


async def who_reads_elsewhere(context: TenantContext, step: ToolStep, place: Place) -> list[str]:
    """Who may say yes and does not see the card where it stands: in a channel everybody does, in a
    direct message the requester alone."""
    rule = rule_in(step.detail)
    if rule.group is not None:
        return list(rule.group[:MOST_ASKED])
    if not rule.needs_admins and not (rule.needed > 1 and place.private):
        return []
    async with context.db.transaction() as tx:
        known = await store.list_administrators(tx, MOST_ASKED)
    return [person for person in known if not (place.private and person == place.person_id)]
