"""Whose yes a call needs by what is set at this moment, and cards that say so."""

import logging
from functools import partial

from core.agents.policies.read_policy import read_policy
from core.conversations.approvals.ask_people import ask_people
from core.conversations.approvals.resume_turn import have_resumed, place_of
from core.conversations.approvals.show_outcome import show_outcome
from core.conversations.ports import CannotPost
from core.conversations.turns.staff import Staff
from core.db.database import Database
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.gateway.approvals.model import ApprovalRule, rule_in
from core.gateway.approvals.settle_step import RuleNow
from core.gateway.tools import store as tools
from core.gateway.tools.steps import ToolStep

log = logging.getLogger(__name__)

MOST_AT_ONCE = 100


def rule_now(context: TenantContext, staff: Staff) -> RuleNow:
    """Looks in the transaction in which a yes is given."""
    return partial(_look, context, staff)


async def tighten_waiting(
    context: TenantContext, database: Database, staff: Staff, tool: str, reference: str
) -> None:
    """After the change *reference* of a policy: calls of the tool that wait are held to what holds now,
    besides what they were asked under. Their cards say so, and who may say yes now is asked, too. A
    turn that waits for a yes that nobody can give any more is taken up, and ends the call.

    Once, however often it is called. Raises Postponed.
    """
    tightened = []
    async with context.db.transaction() as tx:
        for step in await tools.lock_waiting(tx, tool, MOST_AT_ONCE):
            now, asked = await _look(context, staff, tx, step), rule_in(step.detail)
            if now is not None and (both := asked.joined(now)).to_detail() != asked.to_detail():
                await tools.settle_step(tx, step.step_id, "waiting", both.to_detail())
                step = step.moved("waiting", **both.to_detail())
            tightened.append(step)
    for step in tightened:
        await show_outcome(context, staff, [step])
        try:
            unasked = await ask_people(context, staff, place_of(step), [step])
        except CannotPost as closed:
            log.info("nobody else could be asked", extra={"reason": closed.reason})
            continue
        if unasked:
            await have_resumed(database, context.tenant_id, step, because=reference)


async def _look(
    context: TenantContext, staff: Staff, tx: Tx, step: ToolStep
) -> ApprovalRule | None:
    foreign = await staff.servers.tools_in(tx, context.tenant_id, step.agent)
    tool = staff.dispatcher.joined_by(foreign).tools.get(step.name)
    policy = await read_policy(tx, step.agent, (one.name for one in foreign))
    if tool is None or not policy.has(tool):
        return None
    return policy.approval(tool, step.given)
