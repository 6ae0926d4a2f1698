"""How much of everything a tenant has."""

from core.db import sql
from core.db.transaction import Tx

SQL = sql.load("core.lifecycle.privacy")


async def count_rows(tx: Tx) -> dict[str, int]:
    """Kind of thing → how many there are."""
    row = await tx.fetchrow(SQL["count_rows"])
    assert row is not None
    return dict(row)
