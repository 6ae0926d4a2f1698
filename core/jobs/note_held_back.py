"""Slack has held back events of a workspace: what was said then never came here."""

from core.audit.record import record
from core.db.tenant import TenantContext
from core.jobs import store
from core.kernel.ids import new_reference

ACTION = "jobs:events:limit"
TASK = "note_held_back"

WORDS = (
    "Slack has held back what happens in this workspace for a minute: there was more of it than it "
    "hands on to an app in an hour (30,000 events). What was said to me then I have not seen. "
    "Please say it again."
)


async def note_held_back(context: TenantContext, event: int, minute: int) -> None:
    """Complete the task with a row of the audit log; *minute* is its beginning, in epoch seconds.

    Raises AuditUnwritable.
    """
    async with context.db.transaction() as tx:
        await store.complete_event(tx, event)
        await record(
            tx, ACTION, "system", outcome="refused", reference=new_reference(), minute=minute
        )
