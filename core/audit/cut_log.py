"""Retention of the audit log: whole beginnings go, at a checkpoint, and the log says so."""

import logging
from datetime import datetime

from core.audit import store
from core.audit.checkpoint import is_signed_by
from core.audit.model import CUT, Checkpoint
from core.audit.record import as_text
from core.db import scope
from core.db.pool import Connection
from core.kernel.ids import TenantId, new_reference
from core.kernel.signing import Signer

log = logging.getLogger(__name__)


# Rows at a time: as long as they take, the tenant's audited acts wait.
_STEP = 20_000


async def cut_log(admin: Connection, tenant: TenantId, older_than: datetime, signer: Signer) -> int:
    """Delete the rows up to the last checkpoint before which all are older; returns how many.

    A checkpoint that *signer* has signed; one that names an earlier key is taken only where there is
    none, for what somebody made up would make the log that is left look broken.

    As the owner, who alone may delete, and only behind the base that is set in the same transaction.
    The checkpoint that was there stays, to show that nothing else was cut; those before it go with
    their rows. The newest row then says what was cut. A log that was tampered with is evidence:
    nothing of it is cut. Call it outside a transaction.
    """
    cut = 0
    while rows := await _cut_step(admin, tenant, older_than, signer):
        cut += rows
    return cut


async def _cut_step(
    admin: Connection, tenant: TenantId, older_than: datetime, signer: Signer
) -> int:
    async with admin.transaction():
        await admin.execute(scope.enter_as_owner(tenant))
        # First the chain, as every writer does: nobody waits for this and is waited for.
        if await admin.fetchval(store.SQL["lock_chain"], tenant) is None:
            return 0
        base = await _find_base(admin, tenant, older_than, signer)
        if base is None or not await _holds(admin, tenant, base.seq):
            return 0
        await admin.execute(store.SQL["move_base"], tenant, base.seq, base.head)
        rows: int = await admin.fetchval(store.SQL["drop_cut_rows"], base.seq)
        await admin.execute(store.SQL["drop_cut_checkpoints"], tenant, base.seq)
        detail = as_text({"through": base.seq, "rows": rows})
        await admin.fetchval(
            store.SQL["put_event"], CUT, "retention", "done", new_reference(), "", detail
        )
    return rows


async def _find_base(
    admin: Connection, tenant: TenantId, older_than: datetime, signer: Signer
) -> Checkpoint | None:
    wanted = (tenant, older_than, _STEP, signer.key_id)
    async for row in admin.cursor(store.SQL["find_cut"], *wanted, True):
        if is_signed_by(signer, checkpoint := Checkpoint(*row.values())):
            return checkpoint
    base_seq = await admin.fetchval(store.SQL["find_base"], tenant)
    last = await admin.fetch(store.SQL["list_checkpoints"], tenant, base_seq, base_seq)
    if any(is_signed_by(signer, Checkpoint(*row.values())) for row in last):
        return None  # what is signed with an earlier key was cut before
    found = await admin.fetchrow(store.SQL["find_cut"], *wanted, False)
    return Checkpoint(*found.values()) if found else None


async def _holds(admin: Connection, tenant: TenantId, through: int) -> bool:
    broken = await admin.fetchval(store.SQL["find_broken"], tenant, through)
    if broken is not None:
        log.error(
            "an audit log does not hold, so it is not cut: run `aegis audit verify`",
            extra={"tenant": tenant, "seq": broken},
        )
    return broken is None
