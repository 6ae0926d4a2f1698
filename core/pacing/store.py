"""The statements of pace, one function each. The clock is the database's."""

from core.db import sql
from core.db.transaction import ControlTx
from core.pacing.model import Limit, Slot

SQL = sql.load("core.pacing")


async def take_slot(tx: ControlTx, limit: Limit, max_wait: float) -> Slot | None:
    """None when another process made the bucket at this very moment."""
    row = await tx.fetchrow(SQL["take_slot"], limit.bucket, limit.interval, limit.burst, max_wait)
    return Slot(row["taken"], row["seconds"]) if row else None


async def hold(tx: ControlTx, limit: Limit, seconds: float) -> None:
    await tx.execute(SQL["hold"], limit.bucket, limit.interval, limit.burst, seconds)


async def forget_rested(tx: ControlTx) -> None:
    await tx.execute(SQL["forget_rested"])
