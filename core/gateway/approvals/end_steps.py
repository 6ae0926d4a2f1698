"""What a turn that ends has not carried out: nobody takes it up any more, and its rows say so."""

from core.audit import record as audit
from core.db.transaction import Tx
from core.gateway.tools import store
from core.gateway.tools.dispatcher import ACTION, UNKNOWN_END
from core.gateway.tools.steps import ToolStep

NOT_DONE = "The answer ended before this was done."


async def end_steps(tx: Tx, turn_id: str) -> list[ToolStep]:
    """End the calls of a turn that are still open. Returns all that people were asked about whose
    cards do not say yet what became of them."""
    ended = [await _ended(tx, step) for step in await store.list_steps(tx, turn_id)]
    return [step for step in ended if step.is_untold]


async def _ended(tx: Tx, step: ToolStep) -> ToolStep:
    if step.is_settled:
        return step
    began = step.state == "running"
    ended = step.moved("failed", UNKNOWN_END if began else NOT_DONE, unknown=began)
    await store.end_step(tx, step.step_id, "failed", ended.result, ended.detail)
    await audit.record(
        tx,
        ACTION,
        step.person_id,
        outcome="failed" if began else "refused",
        reference=step.step_id,
        arguments=step.digest,
        tool=step.name,
        agent=step.agent,
        state="failed",
    )
    return ended
