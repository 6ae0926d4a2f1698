"""What is not carried out any more, since its turn ends or nobody can say yes: its rows say so."""

from core.audit import record as audit
from core.db.transaction import Tx
from core.gateway.tools import store
from core.gateway.tools.dispatcher import ACTION, UNKNOWN_END
from core.gateway.tools.steps import ToolStep

NOT_DONE = "The answer ended before this was done."
NOBODY_TO_ASK = (
    "I know nobody else who may say yes to this, so there is nobody to ask. Ask me in a channel where "
    "they read along, or let an admin change who may say yes."
)


async def end_steps(tx: Tx, turn_id: str) -> list[ToolStep]:
    """End the calls of a turn that are still open. Returns all that people were asked about whose
    cards do not say yet what became of them."""
    ended = [await _ended(tx, step) for step in await store.list_steps(tx, turn_id)]
    return [step for step in ended if step.is_untold]


async def end_unasked_step(tx: Tx, step_id: str) -> ToolStep | None:
    """End a call that waits for a yes of which there is nobody to ask; None when it waits no more."""
    step = await store.lock_step(tx, step_id)
    if step is None or step.state != "waiting":
        return None
    return await _end(tx, step.moved("failed", NOBODY_TO_ASK, unasked=True), "refused")


async def _ended(tx: Tx, step: ToolStep) -> ToolStep:
    if step.is_settled:
        return step
    began = step.state == "running"
    ended = step.moved("failed", UNKNOWN_END if began else NOT_DONE, unknown=began)
    return await _end(tx, ended, "failed" if began else "refused")


async def _end(tx: Tx, ended: ToolStep, outcome: str) -> ToolStep:
    await store.end_step(tx, ended.step_id, "failed", ended.result, ended.detail)
    await audit.record(
        tx,
        ACTION,
        ended.person_id,
        outcome=outcome,
        reference=ended.step_id,
        arguments=ended.digest,
        tool=ended.name,
        agent=ended.agent,
        state="failed",
    )
    return ended
