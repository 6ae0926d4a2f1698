"""Keep an event that failed for the last time out of the way of those behind it."""

from core.audit.record import record
from core.db.tenant import TenantContext
from core.jobs import store
from core.jobs.model import InboxEvent


async def set_aside(context: TenantContext, event: InboxEvent, reference: str) -> None:
    """Its state and the tenant's audit row, both or neither. Raises AuditUnwritable."""
    async with context.db.transaction() as tx:
        if await store.set_aside_event(tx, event.id, f"ref {reference}"):
            await record(
                tx,
                "jobs:event:set_aside",
                "aegis",
                outcome="done",
                reference=reference,
                event=event.event_id,
                kind=event.kind,
                tries=event.attempts,
            )
