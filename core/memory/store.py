"""The statements of memory, one function each. Times are the database's."""

from collections.abc import Sequence

from core.db import sql
from core.db.transaction import Tx
from core.memory.model import Memory

SQL = sql.load("core.memory")


async def put_memory(
    tx: Tx,
    memory_id: str,
    about: str,
    agent: str,
    body: str,
    proposed_by: str,
    turn_id: str,
    keep_days: int,
) -> None:
    """Keep it: whoever calls this has somebody's yes."""
    values = (memory_id, about, agent, body, proposed_by, turn_id, keep_days)
    await tx.execute(SQL["put_memory"], *values)


async def list_memories(tx: Tx, about: str, limit: int) -> list[Memory]:
    """All that is kept about one person, or the company; newest first."""
    return [Memory(**row) for row in await tx.fetch(SQL["list_memories"], about, limit)]


async def list_told(tx: Tx, about: str, agent: str, limit: int) -> list[Memory]:
    """What *agent* is told in a turn of that person; without one, what is the company's."""
    return [Memory(**row) for row in await tx.fetch(SQL["list_told"], about, agent, limit)]


async def lock_memory(tx: Tx, memory_id: str) -> Memory | None:
    """It, held until the transaction ends; None when it is forgotten or its time is over."""
    row = await tx.fetchrow(SQL["lock_memory"], memory_id)
    return Memory(**row) if row else None


async def correct_memory(tx: Tx, memory_id: str, body: str) -> None:
    await tx.execute(SQL["correct_memory"], memory_id, body)


async def drop_memories(tx: Tx, memory_ids: Sequence[str]) -> int:
    """How many of them there were."""
    return len(await tx.fetch(SQL["drop_memories"], list(memory_ids)))


async def drop_expired(tx: Tx, keep_days: int, limit: int) -> int:
    """How many rows went, because their time is over."""
    return len(await tx.fetch(SQL["drop_expired"], keep_days, limit))
