"""Read a tenant's own audit log: who has looked is in it too."""

from core.audit import store
from core.audit.chain.link import stamp
from core.audit.model import AuditEvent, LogFilter
from core.audit.record import record
from core.db.tenant import TenantContext

ACTION = "audit:log:read"


async def read_log(
    context: TenantContext, reader: str, wanted: LogFilter, *, reference: str, limit: int = 20
) -> list[AuditEvent]:
    """The newest rows that *wanted* describes, newest first. The caller has checked that *reader*
    may see them. If the reading cannot be recorded, nothing is read: raises AuditUnwritable."""
    given = "\n".join(
        f"{name}={value}"
        for name, value in (
            ("agent", wanted.agent),
            ("person", wanted.person),
            ("action", wanted.action),
            ("since", wanted.since and stamp(wanted.since)),
        )
        if value
    )
    async with context.db.transaction() as tx:
        found = await store.list_events(tx, wanted, limit=limit)
        await record(
            tx,
            ACTION,
            reader,
            outcome="done",
            reference=reference,
            arguments=context.fingerprint(given),
            rows=len(found),
        )
    return found
