"""Show on the cards of a call what has become of it, whoever dies or is overtaken meanwhile.

The call's row says which of its states the cards show last. Whoever has changed them looks whether
the row has gone on since, and changes them again: so the last one to write has written the last state.
"""

import logging
from collections.abc import Iterable

from core.conversations import store
from core.conversations.model import Outgoing
from core.conversations.ports import CannotPost
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.gateway.approvals.model import rule_in
from core.gateway.tools import store as tools
from core.gateway.tools.steps import ToolStep

log = logging.getLogger(__name__)

REMINDER_SUFFIX = ":reminder"


async def show_outcome(context: TenantContext, staff: Staff, steps: Iterable[ToolStep]) -> None:
    """The cards of those of *steps* that people were asked about say how they stand, and have no
    buttons once they are settled. Raises Postponed and Disconnected; a later call goes on."""
    for step in steps:
        now: ToolStep | None = step if step.was_asked else None
        while now is not None:
            shown = now
            await _change_cards(context, staff, shown)
            async with context.db.transaction() as tx:
                now = await tools.lock_step(tx, shown.step_id)
                if now is not None and _looks_like(now, shown):
                    await tools.mark_told(tx, shown.step_id)
                    now = None


async def find_settled(context: TenantContext, step_id: str) -> ToolStep | None:
    """The call, if it is settled: whoever presses a button of it looks at an old card."""
    async with context.db.transaction() as tx:
        step = await tools.lock_step(tx, step_id)
    return step if step is not None and step.is_settled else None


def drawn(staff: Staff, step: ToolStep, channel: str, thread_ts: str | None = None) -> Outgoing:
    """The card of a call, for one place."""
    agent = staff.roster.find(step.agent)
    text, blocks = staff.card(step, agent.name if agent else step.agent)
    return Outgoing(channel, text, thread_ts, tuple(blocks))


def key_of(step: ToolStep) -> str:
    """Of the card in the thread; the keys of the others begin with it."""
    return f"approval:{step.step_id}"


def _looks_like(one: ToolStep, other: ToolStep) -> bool:
    """Whether their cards say the same: how the call stands, who has said yes, and who may."""
    was, now = ((x.state, x.detail.get("by"), rule_in(x.detail)) for x in (one, other))
    return was == now


async def _change_cards(context: TenantContext, staff: Staff, step: ToolStep) -> None:
    async with context.db.transaction() as tx:
        posts = await store.list_posts(tx, key_of(step))
    for key, channel, thread_ts, message_ts in posts:
        if key.startswith(f"{key_of(step)}{REMINDER_SUFFIX}"):
            continue
        card = drawn(staff, step, channel, thread_ts)
        try:
            message_ts = message_ts or await _found(context, staff, card, key)
            if message_ts is not None:
                await staff.messenger.update(context, message_ts, card)
        except CannotPost as closed:
            # Its buttons do nothing any more; what is due is done all the same.
            log.info("a card could not be changed", extra={"reason": closed.reason})


async def _found(context: TenantContext, staff: Staff, card: Outgoing, key: str) -> str | None:
    """Where a card stands whose poster died before that was on record: somebody has pressed it."""
    async with context.db.transaction() as tx:
        row = await store.find_outbox(tx, key)
    since = row.since if row else 0.0
    message_ts = await staff.messenger.find_posted(context, card, key=key, since=since)
    if message_ts is not None:
        async with context.db.transaction() as tx:
            await store.mark_sent(tx, key, message_ts)
    return message_ts
