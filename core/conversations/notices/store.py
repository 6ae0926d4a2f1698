"""The statements of notices, one function each."""

from core.db import sql
from core.db.transaction import Tx
from core.kernel.ids import TenantId

SQL = sql.load("core.conversations.notices")


async def list_responsible(tx: Tx, tenant: TenantId, holder: str, *, limit: int) -> list[str]:
    """The ids of those who may be told of the workspace's troubles, the likeliest first."""
    rows = await tx.fetch(SQL["list_responsible"], tenant, holder, limit)
    return [row["person_id"] for row in rows]
