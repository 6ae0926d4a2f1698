"""Put what an agent wants to do before the people who may say yes."""

import logging
from collections.abc import Callable, Collection, Iterable
from functools import partial

from core.conversations import store
from core.conversations.approvals.show_outcome import drawn, key_of, show_outcome
from core.conversations.model import Outgoing, Place
from core.conversations.outbox import post
from core.conversations.ports import CannotPost, Messenger
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.gateway.approvals.end_steps import end_unasked_step
from core.gateway.approvals.model import ApprovalRule, rule_in
from core.gateway.tools.steps import ToolStep
from core.tenancy.model import WORKSPACE_HOLDER

log = logging.getLogger(__name__)

MOST_ADMINS = 10  # owners and admins who get the card directly; of a group everybody does


async def ask_people(
    context: TenantContext, staff: Staff, place: Place, steps: Iterable[ToolStep]
) -> list[ToolStep]:
    """A card in the thread for each call that waits, and one for each person who reads elsewhere.

    Once, however often it is called. Returns the calls to which nobody who was asked can say yes.
    Raises Postponed, CannotPost for the thread alone.
    """
    unasked = []
    for step in steps:
        card = drawn(staff, step, place.channel, place.thread_ts)
        await post(context, staff.messenger, card, key=key_of(step))
        people = await who_reads_elsewhere(context, step, place)
        direct = partial(drawn, staff, step)
        asked = [
            person
            for person in people
            if await post_directly(
                context, staff.messenger, person, f"{key_of(step)}:{person}", direct
            )
        ]
        if not await _is_enough(context, step, place, asked):
            unasked.append(step)
    return unasked


async def end_unasked(context: TenantContext, staff: Staff, steps: Iterable[ToolStep]) -> None:
    """Nobody waits a day for a yes that nobody can give: the cards say so, and the turn can go on."""
    for step in steps:
        async with context.db.transaction() as tx:
            ended = await end_unasked_step(tx, step.step_id)
        await show_outcome(context, staff, [ended] if ended else [])


async def who_reads_elsewhere(context: TenantContext, step: ToolStep, place: Place) -> list[str]:
    """Who may say yes and does not see the card where it stands: in a channel everybody does, in a
    direct message the requester alone. Of a group nobody knows who is in the channel."""
    rule = rule_in(step.detail)
    if rule.group is not None:
        return [person for person in rule.group if person != step.person_id]
    if not rule.needs_admins and not (rule.needed > 1 and place.private):
        return []
    known = await _administrators(context, rule)
    return [person for person in known if not (place.private and person == step.person_id)]


async def post_directly(
    context: TenantContext,
    messenger: Messenger,
    person_id: str,
    key: str,
    message_in: Callable[[str], Outgoing],
) -> bool:
    """Whether the person has the message that *message_in* makes for a channel. Raises Postponed; what
    was posted until then is not looked at again, so that many are reached in several tries."""
    async with context.db.transaction() as tx:
        row = await store.find_outbox(tx, key)
    if row is not None and row.state == "sent":
        return True
    try:
        channel = await messenger.open_direct(context, person_id)
        await post(context, messenger, message_in(channel), key=key)
    except CannotPost as closed:
        log.info("somebody could not be reached", extra={"reason": closed.reason})
        return False
    return True


async def _is_enough(
    context: TenantContext, step: ToolStep, place: Place, asked: Collection[str]
) -> bool:
    """Whether those who see the card can give the yes that the call needs. Who is in a channel nobody
    tells us, so there it may always be."""
    rule = rule_in(step.detail)
    if rule.group == ():
        return False
    if not place.private:
        return True
    is_admin = rule.needs_admins and step.person_id in await _administrators(context, rule)
    may = rule.may_approve(step.person_id, requester=step.person_id, is_admin=is_admin)
    return len(asked) + may >= rule.needed


async def _administrators(context: TenantContext, rule: ApprovalRule) -> list[str]:
    """The owners and admins whom we know, and whoever has installed the app, unless they are known to
    be none; where two members are enough, also if they are one."""
    async with context.db.transaction() as tx:
        return await store.list_administrators(
            tx,
            context.tenant_id,
            WORKSPACE_HOLDER,
            MOST_ADMINS,
            members_too=not rule.needs_admins,
        )
