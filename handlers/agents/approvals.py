"""The buttons of a card that asks for a yes, and the turn that goes on after it."""

import json
import logging
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.agents.load_roster import load_roster
from core.conversations.approvals.resume_turn import have_resumed, resume_turn
from core.conversations.approvals.rule_now import rule_now
from core.conversations.approvals.show_outcome import find_settled, show_outcome
from core.db.tenant import TenantContext
from core.gateway.approvals.settle_step import Press, settle_step
from core.gateway.tools.steps import ToolStep
from core.jobs.model import InboxEvent
from core.kernel.errors import DomainError, Postponed, Refused
from core.services import Services
from handlers.admitting import recognize
from handlers.blocks.approvals import APPROVE, DECLINE, yes_counts
from handlers.blocks.refusals import explained, refused
from handlers.pressed import Pressed, answer_pressed, read_pressed

log = logging.getLogger(__name__)


def register(app: AsyncApp, services: Services) -> None:
    @app.action(APPROVE)
    async def approve(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await _press(services, read_pressed(body, context), approves=True)

    @app.action(DECLINE)
    async def decline(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await _press(services, read_pressed(body, context), approves=False)


async def resume(services: Services, context: TenantContext, event: InboxEvent) -> None:
    """The task that takes a turn up again."""
    step_id = str(json.loads(event.payload)["step"])
    await resume_turn(context, services.staff, step_id=step_id, event=event.id)


async def _press(services: Services, pressed: Pressed, *, approves: bool) -> None:
    """The click counts before anything is shown; a second one, or a crash between, changes nothing."""
    step_id, _, digest = pressed.value.partition(":")
    try:
        person = await recognize(services, pressed.request, fresh_seconds=0)
        if not person.may_ask:
            raise Refused(refused(person.standing).text)
        press = Press(
            step_id,
            digest,
            pressed.person_id,
            is_admin=person.may_administer,
            approves=approves,
            reference=pressed.inbox.event_id,
        )
        look = rule_now(pressed.tenant, services.staff)
        step = await settle_step(pressed.tenant, press, rule_now=look)
    except DomainError as error:
        await answer_pressed(services, pressed, explained(str(error)))
        seen = await find_settled(pressed.tenant, step_id)
    else:
        seen = step
        if step.state == "waiting":
            await answer_pressed(services, pressed, yes_counts())
        else:
            await have_resumed(services.database, pressed.tenant.tenant_id, step)
    if seen is not None:
        await _show(services, pressed.tenant, seen)


async def _show(services: Services, context: TenantContext, step: ToolStep) -> None:
    """On the cards. Where Slack is away, the turn does it before it ends."""
    staff = replace(services.staff, roster=await load_roster(context))
    try:
        await show_outcome(context, staff, [step])
    except Postponed as trouble:
        log.info("a card could not be changed for now: %s", trouble)
