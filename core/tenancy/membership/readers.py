"""Who reads along: whether a person is in a channel, and whether all who are there are full members."""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from core.db.tenant import TenantContext
from core.kernel.ids import TenantId
from core.tenancy.membership.ports import ChannelMembers
from core.tenancy.membership.recognize_people import recognize_people
from core.tenancy.ports import Directory

# Who has left a channel is taken for a member of it at most so long, and at a press not at all.
KEEP_SECONDS = 15.0
MOST_KEPT = 2_000  # channels; then all are asked for anew
MOST_CHANNELS = 100  # that are looked through for one person; of the others they are no member
AT_ONCE = 4  # channels that Slack is asked about at the same time

_READS = frozenset({"owner", "admin", "member"})
# Bots that the workspace has installed read nothing that it has not given them; who is gone reads nothing.
_READS_NOTHING = frozenset({"bot", "gone"})


@dataclass(frozen=True, slots=True)
class Room:
    """A channel as a person asks there. *has_asker* is None where nobody knows who is in it;
    *only_full_members*: surely no guest, and nobody of another company."""

    has_asker: bool | None
    only_full_members: bool


class Readers:
    """Answers from Slack, kept for KEEP_SECONDS. What cannot be learnt is a no, and is not kept."""

    def __init__(
        self,
        members: ChannelMembers,
        directory: Directory,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._members = members
        self._directory = directory
        self._clock = clock
        self._known: dict[tuple[TenantId, str], tuple[float, frozenset[str]]] = {}

    async def channels_of(
        self,
        context: TenantContext,
        person_id: str,
        channels: Collection[str],
        *,
        fresh: bool = False,
    ) -> frozenset[str]:
        """Those of *channels* that the person is surely in. *fresh*: Slack is asked whatever is known."""
        turn = asyncio.Semaphore(AT_ONCE)

        async def look(channel: str) -> str | None:
            async with turn:
                found = await self._members_of(context, channel, fresh=fresh)
            return channel if found is not None and person_id in found else None

        looked = await asyncio.gather(*map(look, sorted(channels)[:MOST_CHANNELS]))
        return frozenset(channel for channel in looked if channel)

    async def look_into(
        self, context: TenantContext, channel: str, person_id: str, *, fresh: bool = False
    ) -> Room:
        """Who is in the channel from which that person asks."""
        found = await self._members_of(context, channel, fresh=fresh)
        if found is None:
            return Room(None, only_full_members=False)
        if person_id not in found:
            return Room(False, only_full_members=False)
        standings = await recognize_people(context, self._directory, found)
        only_full = all(standings.get(one) in _READS | _READS_NOTHING for one in found)
        return Room(True, only_full)

    async def _members_of(
        self, context: TenantContext, channel: str, *, fresh: bool
    ) -> frozenset[str] | None:
        key, now = (context.tenant_id, channel), self._clock()
        kept = self._known.get(key)
        if kept is not None and kept[0] > now and not fresh:
            return kept[1]
        self._known.pop(key, None)
        found = await self._members.list_members(context, channel)
        if found is not None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[key] = (now + KEEP_SECONDS, found)
        return found
