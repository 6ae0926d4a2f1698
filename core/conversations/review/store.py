"""The statements of looking back, one function each."""

import json

from core.conversations.model import Source
from core.conversations.review.model import Explanation, Rated, Rating, Taken, Tally
from core.db import sql
from core.db.transaction import Tx

SQL = sql.load("core.conversations.review")


async def find_answer(tx: Tx, turn_id: str) -> tuple[Explanation, str, str] | None:
    """The answer without its steps, who asked, and in which channel."""
    row = await tx.fetchrow(SQL["find_answer"], turn_id)
    if row is None:
        return None
    found = dict(row)
    person_id, channel = found.pop("person_id"), found.pop("channel")
    sources = tuple(Source(**source) for source in json.loads(found.pop("sources")))
    return Explanation(**found, sources=sources, steps=()), person_id, channel


async def find_turn_of(tx: Tx, channel: str, message_ts: str) -> str | None:
    """The turn whose answer stands in that message, if it is one of ours."""
    turn_id: str | None = await tx.fetchval(SQL["find_turn_of"], channel, message_ts)
    return turn_id


async def list_taken(tx: Tx, turn_id: str) -> tuple[Taken, ...]:
    rows = await tx.fetch(SQL["list_taken"], turn_id)
    return tuple(Taken(**{**row, "detail": json.loads(row["detail"])}) for row in rows)


async def rate_answer(tx: Tx, turn_id: str, rating: Rating) -> bool:
    """False when it is rated so already, or is gone."""
    return await tx.fetchval(SQL["rate_answer"], turn_id, rating) is not None


async def count_ratings(tx: Tx, days: int) -> list[Tally]:
    return [Tally(**row) for row in await tx.fetch(SQL["count_ratings"], days)]


async def list_bad(tx: Tx, days: int, limit: int) -> list[Rated]:
    return [Rated(**row) for row in await tx.fetch(SQL["list_bad"], days, limit)]
