"""Carry out what has its yes while other calls of the same turn still wait for theirs."""

from core.conversations.approvals.show_outcome import show_outcome
from core.conversations.model import Question, Turn
from core.conversations.tools.open_session import open_session, with_servers
from core.conversations.turns.speak import unless_stopped
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext


async def carry_out(context: TenantContext, staff: Staff, question: Question, turn: Turn) -> None:
    """No model is asked and nothing is said: the cards tell how it went. The turn goes on waiting.

    What was begun is taken up by a later call, as in a turn that goes on. Raises Postponed,
    Disconnected, Overtaken, and AuditUnwritable before anything is done.
    """
    agent = staff.roster.find(turn.agent) or staff.roster.default
    staff, foreign = await with_servers(context, staff, agent)
    session = await open_session(
        context, staff, agent, question, turn, has_read=True, foreign=foreign
    )
    await unless_stopped(context, agent, turn, session.advance())
    await show_outcome(context, staff, session.take_untold())
