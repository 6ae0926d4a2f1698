"""The statements of the audit log, one function each: a tenant's rows, and the switchboard's chains."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.audit.model import AuditEvent, Chain, ChainedEvent, Checkpoint, LogFilter
from core.db import sql
from core.db.transaction import ControlTx, Tx
from core.kernel.ids import TenantId

SQL = sql.load("core.audit")


async def put_event(
    tx: Tx, action: str, actor: str, outcome: str, reference: str, arguments: str, detail: str
) -> int:
    """Append a row; the database numbers, dates and chains it. Returns its number."""
    values = (action, actor, outcome, reference, arguments, detail)
    seq: int = await tx.fetchval(SQL["put_event"], *values)
    return seq


async def put_failure(
    tx: Tx, begun: int, action: str, actor: str, reference: str, arguments: str, detail: str
) -> None:
    """A `failed` row for the act that began with row *begun*, if it has no outcome yet."""
    await tx.execute(SQL["put_failure"], begun, action, actor, reference, arguments, detail)


async def was_recorded(tx: Tx, action: str, outcome: str, reference: str) -> bool:
    """Whether there is such a row of the last day."""
    return bool(await tx.fetchval(SQL["was_recorded"], action, outcome, reference))


async def list_events(tx: Tx, wanted: LogFilter, *, limit: int) -> list[AuditEvent]:
    """The newest rows, newest first."""
    agent = None if wanted.agent is None else f'"agent":{json.dumps(wanted.agent)}'
    rows = await tx.fetch(
        SQL["list_events"], agent, wanted.person, wanted.action, wanted.since, limit
    )
    return [AuditEvent(**{**row, "detail": _detail(row["detail"])}) for row in rows]


def _detail(text: str) -> dict[str, Any]:
    """The detail of a row; nothing where it is not as we write it: PostgreSQL takes for JSON what is
    too deep, or a number too long, to be read here."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


async def list_chain(tx: Tx, after: int, through: int, *, limit: int) -> list[ChainedEvent]:
    """The next rows in the order of their numbers, as they are hashed."""
    rows = await tx.fetch(SQL["list_chain"], after, through, limit)
    return [ChainedEvent(**row) for row in rows]


async def last_seq(tx: Tx) -> int:
    """The number of the newest row that is there, or 0."""
    seq: int = await tx.fetchval(SQL["last_seq"])
    return seq


async def first_seq_since(tx: Tx, since: datetime) -> int:
    """The number of the first row written at *since* or later, or the one that comes next."""
    seq: int = await tx.fetchval(SQL["first_seq_since"], since)
    return seq


async def find_chain(tx: ControlTx, tenant: TenantId) -> Chain | None:
    row = await tx.fetchrow(SQL["find_chain"], tenant)
    return Chain(**row) if row else None


async def list_moved_chains(
    tx: ControlTx, after: str, *, turn: int, limit: int
) -> list[tuple[str, int, str, datetime]]:
    """(tenant, number and hash of its head, now), by tenant. *turn*: which sixtieth of the chains at
    rest is looked at too, from 0."""
    rows = await tx.fetch(SQL["list_moved_chains"], after, limit, turn)
    return [(row["tenant_id"], row["seq"], row["head"], row["at"]) for row in rows]


async def list_checkpoints_from(
    tx: ControlTx, heads: Mapping[str, int]
) -> dict[str, list[Checkpoint]]:
    """Of each tenant, those of the row that *heads* names and of rows that are not there."""
    found: dict[str, list[Checkpoint]] = {}
    for row in await tx.fetch(SQL["list_checkpoints_from"], list(heads), list(heads.values())):
        found.setdefault(row["tenant_id"], []).append(Checkpoint(*row.values()))
    return found


async def put_checkpoints(tx: ControlTx, signed: Sequence[Checkpoint]) -> None:
    """Keep them; one that another process has kept for the same row stays as it is."""
    await tx.execute(
        SQL["put_checkpoints"],
        [checkpoint.tenant_id for checkpoint in signed],
        [checkpoint.seq for checkpoint in signed],
        [checkpoint.head for checkpoint in signed],
        [checkpoint.at for checkpoint in signed],
        [checkpoint.key_id for checkpoint in signed],
        [checkpoint.signature for checkpoint in signed],
    )


async def list_checkpoints(
    tx: ControlTx, tenant: TenantId, *, first: int, last: int
) -> list[Checkpoint]:
    """Those of the rows *first* to *last*, both included."""
    rows = await tx.fetch(SQL["list_checkpoints"], tenant, first, last)
    return [Checkpoint(*row.values()) for row in rows]


async def newest_checkpoint_seq(tx: ControlTx, tenant: TenantId, *, last: int = 2**63 - 1) -> int:
    """The number of the last row up to *last* that has a checkpoint, or 0."""
    seq: int = await tx.fetchval(SQL["newest_checkpoint_seq"], tenant, last)
    return seq


async def list_audited_tenants(tx: ControlTx) -> list[TenantId]:
    """Everyone who has a log: all but the erased."""
    return [TenantId(row["tenant_id"]) for row in await tx.fetch(SQL["list_audited_tenants"])]
