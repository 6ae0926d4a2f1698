"""How many rows a tenant's log has, and up to which of them a checkpoint is signed."""

from dataclasses import dataclass
from datetime import datetime

from core.audit import store
from core.db.database import Database
from core.db.tenant import TenantContext


@dataclass(frozen=True, slots=True)
class Extent:
    """*signed_at* is None before the first checkpoint. Says nothing of whether the log holds:
    that is `verify_log`."""

    rows: int
    unsigned: int
    signed_at: datetime | None


async def how_far(database: Database, context: TenantContext) -> Extent:
    """From the heads alone: the log itself is not read."""
    async with database.control() as tx:
        chain = await store.find_chain(tx, context.tenant_id)
        ahead = chain.seq if chain else 0
        signed = await store.newest_checkpoint_seq(tx, context.tenant_id, last=ahead)
        newest = await store.list_checkpoints(tx, context.tenant_id, first=signed, last=signed)
    if chain is None:
        return Extent(0, 0, None)
    return Extent(
        rows=chain.seq - chain.base_seq,
        unsigned=max(0, chain.seq - signed),
        signed_at=newest[0].at if newest else None,
    )
