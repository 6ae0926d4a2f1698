"""Take a turn up again that waited for a yes: hours or days later, in whatever process."""

from core.conversations import store
from core.conversations.model import Place, Question
from core.conversations.turns.run_turn import run_turn
from core.conversations.turns.staff import Staff
from core.db.database import Database
from core.db.tenant import TenantContext
from core.gateway.tools import store as tools
from core.gateway.tools.steps import ToolStep
from core.jobs import store as jobs
from core.jobs.put_task import put_task
from core.kernel.ids import TenantId

TASK = "resume_turn"


async def have_resumed(
    database: Database, tenant_id: TenantId, step: ToolStep, *, because: str = ""
) -> None:
    """Put it into the conversation's own mailbox, behind whatever is there. Once for each state of the
    call, or for what it is done *because* of."""
    place = place_of(step)
    mailbox = f"{place.channel}:{place.thread_ts}"
    key = f"{step.step_id}:{because or step.state}"
    await put_task(database, tenant_id, TASK, {"step": step.step_id}, key=key, mailbox=mailbox)


async def resume_turn(context: TenantContext, staff: Staff, *, step_id: str, event: int) -> None:
    """Go on with the turn of a call that has its answer; nothing happens when others still wait, or
    the turn is over. Completes *event*. Raises as `run_turn`."""
    question = await find_question(context, step_id=step_id, event=event)
    if question is not None:
        await run_turn(context, staff, question)
        return
    async with context.db.transaction() as tx:
        await jobs.complete_event(tx, event)


async def find_question(context: TenantContext, *, step_id: str, event: int) -> Question | None:
    """What was asked in the turn of a call, and where; None when that is not on record any more."""
    async with context.db.transaction() as tx:
        step = await tools.lock_step(tx, step_id)
        turn = await store.find_waiting_turn(tx, step.turn_id) if step else None
    if step is None or turn is None:
        return None
    event_key, asked, _ = turn
    own = step.detail.get("place", {}).get("own") is True
    return Question(event, event_key, place_of(step), asked if own else "")


def place_of(step: ToolStep) -> Place:
    """Where the turn of a call is told. That the person has spoken there is days ago by now, maybe, and
    says no more that they are in it."""
    kept = step.detail.get("place", {})
    return Place(
        team_id=str(kept.get("team_id", "")),
        channel=str(kept.get("channel", "")),
        thread_ts=str(kept.get("thread_ts", "")),
        person_id=step.person_id,
        private=bool(kept.get("private")),
        asked_ts=kept.get("asked_ts"),
    )
