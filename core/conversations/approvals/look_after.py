"""Calls that have waited for a yes: people are reminded once, and what nobody answers ends in words."""

import logging
from collections.abc import Iterable
from functools import partial

from core.audit import record as audit
from core.conversations.approvals.ask_people import post_directly, who_reads_elsewhere
from core.conversations.approvals.resume_turn import have_resumed, place_of
from core.conversations.approvals.show_outcome import REMINDER_SUFFIX, key_of
from core.conversations.model import Outgoing
from core.conversations.outbox import post
from core.conversations.ports import CannotPost, Messenger
from core.db.database import Database
from core.db.tenant import TenantContext
from core.gateway.tools import store as tools
from core.gateway.tools.steps import ToolStep
from core.kernel.errors import DomainError, Postponed
from core.kernel.ids import TenantId

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
REMIND = "gateway:tool:remind"
WORDS = "An agent still waits for a yes here: see the card above."


async def look_after_approvals(
    database: Database, messenger: Messenger, tenants: Iterable[TenantId]
) -> None:
    """For each tenant, whatever becomes of the others. Several processes may do it at once: a turn
    is taken up once for each state of a call, and a reminder has one row in the outbox."""
    for tenant_id in tenants:
        try:
            context = await database.tenant(tenant_id)
            await _look_after(context, database, messenger)
        except (DomainError, Postponed) as error:
            log.info("approvals of a tenant were left for later: %s", error)


async def _look_after(context: TenantContext, database: Database, messenger: Messenger) -> None:
    async with context.db.transaction() as tx:
        due = await tools.list_due(tx, MOST_AT_ONCE)
    for step in due:
        if step.is_late:
            await have_resumed(database, context.tenant_id, step)
        else:
            await _remind(context, messenger, step)


async def _remind(context: TenantContext, messenger: Messenger, step: ToolStep) -> None:
    """Once: in the thread, and whoever may say yes and reads elsewhere."""
    async with context.db.transaction() as tx:
        if await audit.is_recorded(tx, REMIND, "done", step.step_id):
            return
    place = place_of(step)
    key = f"{key_of(step)}{REMINDER_SUFFIX}"
    try:
        there = Outgoing(place.channel, WORDS, place.thread_ts)
        await post(context, messenger, there, key=key)
    except CannotPost as closed:
        log.info("nobody could be reminded in the thread", extra={"reason": closed.reason})
    for person_id in await who_reads_elsewhere(context, step, place):
        await post_directly(
            context, messenger, person_id, f"{key}:{person_id}", partial(Outgoing, text=WORDS)
        )
    await _note(context, step)


async def _note(context: TenantContext, step: ToolStep) -> None:
    async with context.db.transaction() as tx:
        await tools.lock_step(tx, step.step_id)  # two processes may look at once
        if await audit.is_recorded(tx, REMIND, "done", step.step_id):
            return
        await audit.record(
            tx,
            REMIND,
            step.person_id,
            outcome="done",
            reference=step.step_id,
            tool=step.name,
            agent=step.agent,
        )
