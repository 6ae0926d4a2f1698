"""How answers were rated lately, for admins."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from core.audit import record as audit
from core.conversations.ports import ChannelKinds
from core.conversations.review import store
from core.conversations.review.model import Rated, Tally
from core.db.tenant import TenantContext

ACTION = "conversations:ratings:read"
DAYS = 30
MOST_SHOWN = 10
MOST_LOOKED_AT = 50  # bad answers, of which those of public channels are shown
MOST_CHANNELS = 20  # that Slack is asked about


@dataclass(frozen=True, slots=True)
class Ratings:
    """Of the last 30 days. *bad* are the newest in public channels; what was asked elsewhere is counted
    and not shown."""

    tallies: tuple[Tally, ...]
    bad: tuple[Rated, ...]


async def list_ratings(
    context: TenantContext, channels: ChannelKinds, *, person_id: str, reference: str
) -> Ratings:
    """The caller has checked that this person may see them. That they were read is on record; raises
    AuditUnwritable where it cannot be."""
    async with context.db.transaction() as tx:
        tallies = await store.count_ratings(tx, DAYS)
        bad = await store.list_bad(tx, DAYS, MOST_LOOKED_AT)
    public = await _public_of(context, channels, bad)
    shown = [one for one in bad if one.channel in public][:MOST_SHOWN]
    async with context.db.transaction() as tx:
        await audit.record(
            tx, ACTION, person_id, outcome="done", reference=reference, questions=len(shown)
        )
    return Ratings(tuple(tallies), tuple(shown))


async def _public_of(
    context: TenantContext, channels: ChannelKinds, bad: Sequence[Rated]
) -> frozenset[str]:
    """As it is now: a channel may have become private since the question."""
    named = list(dict.fromkeys(one.channel for one in bad))[:MOST_CHANNELS]
    found = await asyncio.gather(*(channels.is_public(context, one) for one in named))
    return frozenset(one for one, is_public in zip(named, found, strict=True) if is_public)
