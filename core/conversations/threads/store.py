"""The statements of remembering, one function each. All within a tenant's own transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from core.db import sql
from core.db.transaction import Tx

SQL = sql.load("core.conversations.threads")


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was said in a thread: the older part in short, then (question, answer), oldest first."""

    summary: str
    exchanges: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Turns that the summary does not cover, and their ids."""

    summary: str
    exchanges: tuple[tuple[str, str], ...]
    ids: tuple[int, ...]


async def recall(tx: Tx, conversation_id: int, turn_id: str, limit: int) -> Recalled:
    """Of the turns before *turn_id*, at most *limit*."""
    return _recalled(await tx.fetch(SQL["recall"], conversation_id, turn_id, limit))


async def recall_before(tx: Tx, turn_id: str, limit: int) -> Recalled:
    """What had been said in that turn's own thread when it came; nothing where it is no longer kept."""
    return _recalled(await tx.fetch(SQL["recall_before"], turn_id, limit))


async def list_uncovered(
    tx: Tx, conversation_id: int, limit: int, *, newest: int
) -> Uncovered | None:
    """The oldest *limit* that are not among the *newest*; None when there are fewer."""
    rows = await tx.fetch(SQL["list_uncovered"], conversation_id, limit, newest)
    if len(rows) < limit:
        return None
    said = tuple((row["question"], row["answer"]) for row in rows)
    return Uncovered(rows[0]["summary"], said, tuple(row["id"] for row in rows))


async def keep_summary(tx: Tx, conversation_id: int, summary: str, covered: Uncovered) -> None:
    """Nothing when what it was made from has changed since."""
    before, ids = covered.summary, list(covered.ids)
    await tx.execute(SQL["keep_summary"], conversation_id, summary, ids[-1], before, ids)


def _recalled(rows: Sequence[asyncpg.Record]) -> Recalled:
    said = ((row["question"], row["answer"]) for row in rows if row["question"] is not None)
    return Recalled(rows[0]["summary"] if rows else "", tuple(said))
