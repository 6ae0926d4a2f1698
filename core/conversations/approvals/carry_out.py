"""Carry out what has its yes while other calls of the same turn still wait for theirs."""

import asyncio
import logging

from core.agents.model import Agent
from core.conversations.approvals.ask_people import ask_people, end_unasked
from core.conversations.approvals.show_outcome import show_outcome
from core.conversations.model import Question, Turn
from core.conversations.ports import CannotPost
from core.conversations.tools.open_session import open_session, with_servers
from core.conversations.turns.speak import watch_for_stop
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.gateway.tools.session import ToolSession
from core.kernel.waiting.tasks import end

log = logging.getLogger(__name__)


async def carry_out(context: TenantContext, staff: Staff, question: Question, turn: Turn) -> None:
    """No model is asked and nothing is said: the cards tell how it went. The turn goes on waiting,
    unless nobody is left who can say yes to the rest, as after a change of the policy.

    What was begun is taken up by a later call, as in a turn that goes on. Raises Postponed,
    Disconnected, Overtaken, and AuditUnwritable before anything is done.
    """
    agent = staff.roster.find(turn.agent) or staff.roster.default
    staff, foreign = await with_servers(context, staff, agent)
    session = await open_session(
        context, staff, agent, question, turn, has_read=True, foreign=foreign
    )
    await _until_off(context, agent, turn, session)
    await show_outcome(context, staff, session.take_untold())
    try:
        unasked = await ask_people(context, staff, question.place, session.waiting)
    except CannotPost as closed:
        log.info("nobody else could be asked", extra={"reason": closed.reason})
    else:
        await end_unasked(context, staff, unasked)


async def _until_off(
    context: TenantContext, agent: Agent, turn: Turn, session: ToolSession
) -> None:
    """Carry out what can be, unless the agent is switched off meanwhile: then the turn ends."""
    working = asyncio.create_task(session.advance())
    watching = asyncio.create_task(watch_for_stop(context, agent, turn))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        (working if working.done() else watching).result()
    finally:
        await end(working, watching)
