"""How long a tenant keeps each class of its data, and the job that holds it to that.

Documents are no such class: they stay until somebody removes them. Neither is memory, where each row
has an end of its own.
"""

from collections.abc import Awaitable, Callable

import asyncpg

from core.audit import record as audit
from core.audit.cut_log import cut_log
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import Invalid
from core.kernel.signing import Signer
from core.lifecycle import store
from core.lifecycle.model import DATA_CLASSES, LONGEST_DAYS, Kept
from core.memory import store as memory
from core.memory.model import KEEP_DAYS
from core.tenancy.install_workspace import Provisioner

# Rows of one kind that one transaction deletes: a tenant of many years does not stand still for it.
BATCH = 2000
# Rows of steps, without their content, for the budgets of this month and the account of the last.
ACCOUNTING_DAYS = 62

Drop = Callable[[Tx, int], Awaitable[int]]


async def list_retention(context: TenantContext) -> list[Kept]:
    """Each class of data, with what the tenant has set or else the default."""
    async with context.db.transaction() as tx:
        chosen = await store.list_retention(tx)
    return [
        Kept(each.name, chosen.get(each.name, each.keep_days), each.name not in chosen, each.words)
        for each in DATA_CLASSES
    ]


async def set_retention(
    context: TenantContext, data_class: str, keep_days: int | None, *, actor: str, reference: str
) -> None:
    """Keep *data_class* for so many days, or for ever (None). Audited in the same transaction.

    The job deletes what is older then, within the hour. Raises Invalid.
    """
    names = [each.name for each in DATA_CLASSES]
    if data_class not in names:
        raise Invalid(f"Retention can be set for {', '.join(names[:-1])} and {names[-1]}.")
    # True and False are numbers to Python, and days to nobody.
    if keep_days is not None and (type(keep_days) is not int or not 1 <= keep_days <= LONGEST_DAYS):
        raise Invalid(f"Data is kept for 1 to {LONGEST_DAYS} whole days, or for ever.")
    async with context.db.transaction() as tx:
        before = (await store.list_retention(tx)).get(data_class, "default")
        await store.put_retention(tx, data_class, keep_days, actor)
        await audit.record(
            tx,
            "lifecycle:retention:change",
            actor,
            outcome="done",
            reference=reference,
            data_class=data_class,
            keep_days=keep_days,
            before=before,
        )


async def enforce_retention(
    context: TenantContext, provisioner: Provisioner, signer: Signer
) -> dict[str, int]:
    """Delete what is older than the tenant keeps it; class of data → rows, of what was deleted.

    Each batch is one transaction with its audit row. Two runs at once do not harm each other.
    """
    deleted: dict[str, int] = {}
    days = {kept.data_class: kept.keep_days for kept in await list_retention(context)}
    days["memory"] = KEEP_DAYS  # each has an end of its own; this is the latest
    for data_class, drop in _DROPS.items():
        keep_days = days[data_class]
        while keep_days is not None and (rows := await _drop(context, data_class, drop, keep_days)):
            deleted[data_class] = deleted.get(data_class, 0) + rows
    keep_days = days["audit"]
    if keep_days is not None and (rows := await _cut_log(context, provisioner, signer, keep_days)):
        deleted["audit"] = rows
    return deleted


async def _drop(context: TenantContext, data_class: str, drop: Drop, keep_days: int) -> int:
    async with context.db.transaction() as tx:
        rows = await drop(tx, keep_days)
        if rows:
            await audit.record(
                tx,
                "lifecycle:data:prune",
                "retention",
                outcome="done",
                reference=data_class,
                data_class=data_class,
                rows=rows,
                keep_days=keep_days,
            )
    return rows


async def _drop_conversations(tx: Tx, keep_days: int) -> int:
    rows = await store.drop_old_turns(tx, keep_days, BATCH)
    rows += await store.forget_old_steps(tx, keep_days, BATCH)
    rows += await store.drop_old_steps(tx, keep_days, BATCH, ACCOUNTING_DAYS)
    rows += await store.drop_old_messages(tx, keep_days, BATCH)
    empty = await store.lock_old_conversations(tx, keep_days, BATCH)
    return rows + await store.drop_empty_conversations(tx, empty)


async def _drop_people(tx: Tx, keep_days: int) -> int:
    return await store.drop_old_people(tx, keep_days, BATCH)


async def _drop_memories(tx: Tx, keep_days: int) -> int:
    return await memory.drop_expired(tx, keep_days, BATCH)


async def _cut_log(
    context: TenantContext, provisioner: Provisioner, signer: Signer, keep_days: int
) -> int:
    """By the owner's role, who alone may; it writes its own row of what it cut."""
    async with context.db.transaction() as tx:
        cutoff = await store.find_audit_cutoff(tx, keep_days)
    if cutoff is None:
        return 0
    admin = await asyncpg.connect(provisioner.admin_dsn)
    try:
        return await cut_log(admin, context.tenant_id, cutoff, signer)
    finally:
        await admin.close()


_DROPS: dict[str, Drop] = {
    "conversations": _drop_conversations,
    "people": _drop_people,
    "memory": _drop_memories,
}
