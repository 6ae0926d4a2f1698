"""The queue's statements, one function each. Leases and due times run on the database's clock."""

from collections.abc import Mapping, Sequence

from core.db import sql
from core.db.transaction import ControlTx, Tx
from core.jobs.model import (
    DEATH_WAITS,
    READING_PREFIX,
    SUSPECT_DEATHS,
    Crowd,
    InboxEvent,
    IncomingEvent,
    Lane,
    Lease,
)
from core.kernel.ids import TenantId, tenant_id

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


async def claim_mailboxes(
    tx: ControlTx,
    worker: str,
    *,
    limit: int,
    seconds: float,
    busy: Sequence[TenantId] = (),
    suspects: bool = True,
    lane: Lane = "talking",
) -> list[Lease]:
    """Leases of due mailboxes of a lane, whose turn it is first, but none of the *busy* tenants; one
    of the *suspects*, or none."""
    rows = await tx.fetch(
        SQL["claim_mailboxes"],
        *(limit, worker, seconds, list(busy)),
        *(list(DEATH_WAITS), SUSPECT_DEATHS, suspects),
        *(READING_PREFIX, lane == "reading"),
    )
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


async def give_back(tx: ControlTx, worker: str, unfinished: Mapping[Lease, float]) -> None:
    """Leases, each with the seconds after which somebody may take it up. Its deaths stay counted."""
    await tx.execute(
        SQL["give_back"],
        worker,
        [lease.tenant_id for lease in unfinished],
        [lease.mailbox for lease in unfinished],
        list(unfinished.values()),
    )


async def list_crowded(tx: ControlTx, most: int) -> list[Crowd]:
    """Tenants with more than *most* mailboxes that wait for a worker, those of files aside."""
    return [Crowd(**row) for row in await tx.fetch(SQL["list_crowded"], most, READING_PREFIX)]


async def prune_shares(tx: ControlTx) -> None:
    await tx.execute(SQL["prune_shares"])


async def next_event(tx: Tx, mailbox: str) -> InboxEvent | None:
    row = await tx.fetchrow(SQL["next_event"], mailbox)
    return InboxEvent(**row) if row else None


async def complete_event(tx: Tx, event: int) -> None:
    """Called in the transaction that commits the event's effect; a second call changes nothing."""
    await tx.execute(SQL["finish_event"], event, "done", None)


async def set_aside_event(tx: Tx, event: int, reason: str) -> bool:
    """False when somebody has finished it meanwhile."""
    return bool(await tx.fetchval(SQL["finish_event"], event, "set_aside", reason))


async def overhear(tx: Tx, event: int) -> None:
    """Finish a reply in a thread that is not ours, or not yet, and keep its words for an hour."""
    await tx.execute(SQL["overhear"], event)


async def list_overheard(tx: Tx, event: int) -> list[tuple[int, str]]:
    """(event, payload) of what was overheard in this event's mailbox within the last hour."""
    rows = await tx.fetch(SQL["list_overheard"], event)
    return [(row["id"], row["payload"]) for row in rows]


async def recall_overheard(tx: Tx, events: Sequence[int]) -> None:
    """These wait again, for whoever drains their mailbox now."""
    await tx.execute(SQL["recall_overheard"], events)


async def forget_overheard(tx: Tx) -> None:
    await tx.execute(SQL["forget_overheard"])


async def count_attempt(tx: Tx, event: int, reason: str) -> int:
    """Record a failed try; returns how many there have been."""
    attempts: int = await tx.fetchval(SQL["count_attempt"], event, reason)
    return attempts


async def prune_events(tx: Tx) -> None:
    await tx.execute(SQL["prune_events"])
