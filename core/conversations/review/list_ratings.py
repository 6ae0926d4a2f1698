"""How answers were rated lately, for admins."""

from dataclasses import dataclass

from core.conversations.review import store
from core.conversations.review.model import Rated, Tally
from core.db.tenant import TenantContext

ACTION = "conversations:ratings:read"
DAYS = 30
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Ratings:
    """Of the last 30 days. *bad* are the newest in channels; what was asked in private is counted and
    not shown."""

    tallies: tuple[Tally, ...]
    bad: tuple[Rated, ...]


async def list_ratings(context: TenantContext) -> Ratings:
    async with context.db.transaction() as tx:
        tallies = await store.count_ratings(tx, DAYS)
        bad = await store.list_bad(tx, DAYS, MOST_SHOWN)
    return Ratings(tuple(tallies), tuple(bad))
