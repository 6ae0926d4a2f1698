"""Take a slot in a pace that all processes keep together, or learn that there is none in time."""

from core.db.database import Database
from core.pacing import store
from core.pacing.model import Limit, Slot


async def take_slot(database: Database, limit: Limit, *, max_wait: float = 0.0) -> Slot:
    """A slot that comes within *max_wait* seconds; the caller waits for it. Else none is taken.

    One statement, of its own transaction, on a table that is not logged: nothing waits for a disk.
    """
    async with database.statements() as tx:
        found = await store.take_slot(tx, limit, max_wait)
        if found is None:  # another process made the bucket just now: it is seen by the next look
            found = await store.take_slot(tx, limit, max_wait)
    return found or Slot(taken=False, seconds=limit.interval)


async def hold(database: Database, limit: Limit, seconds: float) -> None:
    """No slot for anybody until *seconds* from now: the other side has said so."""
    async with database.statements() as tx:
        await store.hold(tx, limit, seconds)


async def forget_rested(database: Database) -> None:
    """Take away the buckets that nobody has used for an hour."""
    async with database.statements() as tx:
        await store.forget_rested(tx)
