"""The queue's statements, one function each. Leases and due times run on the database's clock."""

from collections.abc import Sequence

from core.db import sql
from core.db.transaction import ControlTx, Tx
from core.jobs.model import InboxEvent, IncomingEvent, Lease
from core.kernel.ids import tenant_id

SQL = sql.load("core.jobs")


async def accept_events(tx: ControlTx, events: Sequence[IncomingEvent]) -> None:
    await tx.execute(
        SQL["accept_events"],
        [event.tenant_id for event in events],
        [event.mailbox for event in events],
        [event.event_id for event in events],
        [event.kind for event in events],
        [event.payload for event in events],
        [event.wakes for event in events],
    )


async def claim_mailboxes(tx: ControlTx, worker: str, *, limit: int, seconds: float) -> list[Lease]:
    rows = await tx.fetch(SQL["claim_mailboxes"], limit, worker, seconds)
    return [
        Lease(tenant_id(row["tenant_id"]), row["mailbox"], worker, row["signal"], row["attempts"])
        for row in rows
    ]


async def renew_leases(
    tx: ControlTx, worker: str, held: Sequence[Lease], *, seconds: float
) -> set[tuple[str, str]]:
    """(tenant, mailbox) of the leases that are still this worker's."""
    rows = await tx.fetch(
        SQL["renew_leases"],
        worker,
        [lease.tenant_id for lease in held],
        [lease.mailbox for lease in held],
        seconds,
    )
    return {(row["tenant_id"], row["mailbox"]) for row in rows}


async def remove_drained(tx: ControlTx, lease: Lease) -> bool:
    """Remove the mailbox's row, unless something came since it was claimed."""
    return bool(
        await tx.fetchval(
            SQL["remove_drained"], lease.tenant_id, lease.mailbox, lease.worker, lease.signal
        )
    )


async def release(tx: ControlTx, lease: Lease, *, delay_seconds: float = 0.0) -> None:
    await tx.execute(SQL["release"], lease.tenant_id, lease.mailbox, lease.worker, delay_seconds)


async def next_event(tx: Tx, mailbox: str) -> InboxEvent | None:
    row = await tx.fetchrow(SQL["next_event"], mailbox)
    return InboxEvent(**row) if row else None


async def complete_event(tx: Tx, event: int) -> None:
    """Called in the transaction that commits the event's effect; a second call changes nothing."""
    await tx.execute(SQL["finish_event"], event, "done", None)


async def set_aside_event(tx: Tx, event: int, reason: str) -> None:
    await tx.execute(SQL["finish_event"], event, "set_aside", reason)


async def count_attempt(tx: Tx, event: int, reason: str) -> int:
    """Record a failed try; returns how many there have been."""
    attempts: int = await tx.fetchval(SQL["count_attempt"], event, reason)
    return attempts


async def prune_events(tx: Tx) -> None:
    await tx.execute(SQL["prune_events"])
