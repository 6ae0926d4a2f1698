"""Who reads along: where a person is, and whether all who are in a channel are full members."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from core.db.tenant import TenantContext
from core.tenancy.membership.kept import Kept
from core.tenancy.membership.ports import ChannelMembers
from core.tenancy.membership.recognize_people import recognize_people
from core.tenancy.ports import Directory

# Somebody waits for an answer: so long for the people of one channel, and for all of one person's.
WITHIN_SECONDS = 5.0
# Where Slack does not list a person's channels, so many are looked through, a few at a time: the rest
# of the minute's calls is for the channels in which people ask.
MOST_ONE_BY_ONE = 20
AT_ONCE = 2

_READS = frozenset({"owner", "admin", "member"})
# Bots that the workspace has installed read nothing that it has not given them; who is gone reads nothing.
_READS_NOTHING = frozenset({"bot", "gone"})


@dataclass(frozen=True, slots=True)
class Room:
    """A channel as a person asks there. *has_asker* is None where nobody knows who is in it;
    *only_full_members*: surely no guest, and nobody of another company."""

    has_asker: bool | None
    only_full_members: bool


@dataclass(frozen=True, slots=True)
class Around:
    """In which of some channels a person surely is, and in which of them they may be or not: nobody
    could say in time."""

    channels: frozenset[str] = frozenset()
    unlearnt: frozenset[str] = frozenset()


class Readers:
    """Answers from Slack, kept for KEEP_SECONDS. What cannot be learnt is a no, and is not kept."""

    def __init__(
        self,
        members: ChannelMembers,
        directory: Directory,
        clock: Callable[[], float] = time.monotonic,
        within: float = WITHIN_SECONDS,
    ) -> None:
        self._members = members
        self._directory = directory
        self._clock = clock
        self._within = within
        self._known = Kept(clock)

    async def look_around(
        self,
        context: TenantContext,
        person_id: str,
        channels: Sequence[str],
        *,
        fresh: bool = False,
    ) -> Around:
        """Where a person is of *channels*, which may be many; those that matter most come first. One call
        tells of all; only without it they are looked through one by one, as far as the time goes."""
        listed: frozenset[str] | None = None
        looked: dict[str, frozenset[str]] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(self._within):
                listed = await self._list_of(context, person_id, fresh=fresh) if channels else None
                if listed is None:
                    first = channels[:MOST_ONE_BY_ONE]
                    await self._look_through(context, first, looked, fresh=fresh)
        if listed is not None:
            return Around(listed.intersection(channels))
        return Around(_where(person_id, looked), frozenset(channels) - looked.keys())

    async def channels_of(
        self,
        context: TenantContext,
        person_id: str,
        channels: Collection[str],
        *,
        fresh: bool = False,
    ) -> frozenset[str]:
        """Those of a few *channels* that the person is surely in. *fresh*: Slack is asked whatever is
        known, and what was known of the person counts no more."""
        if fresh:
            self._known.forget(context, person_id)
        looked: dict[str, frozenset[str]] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(self._within):
                await self._look_through(context, sorted(channels), looked, fresh=fresh)
        return _where(person_id, looked)

    async def look_into(
        self, context: TenantContext, channel: str, person_id: str, *, fresh: bool = False
    ) -> Room:
        """Who is in the channel from which that person asks."""
        looked: dict[str, frozenset[str]] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(self._within):
                await self._look_through(context, [channel], looked, fresh=fresh)
        if channel not in looked:
            return Room(None, only_full_members=False)
        found = looked[channel]
        if person_id not in found:
            return Room(False, only_full_members=False)
        standings = await recognize_people(context, self._directory, found)
        only_full = all(standings.get(one) in _READS | _READS_NOTHING for one in found)
        return Room(True, only_full)

    async def _look_through(
        self,
        context: TenantContext,
        channels: Sequence[str],
        looked: dict[str, frozenset[str]],
        *,
        fresh: bool,
    ) -> None:
        """Who is in each, put into *looked* as it becomes known: the time may end before the last."""
        turn = asyncio.Semaphore(AT_ONCE)

        async def look(channel: str) -> None:
            async with turn:
                found = self._find(context, channel, fresh=fresh)
                if found is None:
                    since = self._clock()
                    found = await self._members.list_members(context, channel)
                    self._known.put(context, channel, found, since)
            if found is not None:
                looked[channel] = found

        await asyncio.gather(*map(look, channels))

    async def _list_of(
        self, context: TenantContext, person_id: str, *, fresh: bool
    ) -> frozenset[str] | None:
        found = self._find(context, person_id, fresh=fresh)
        if found is None:
            since = self._clock()
            found = await self._members.list_channels(context, person_id)
            self._known.put(context, person_id, found, since)
        return found

    def _find(self, context: TenantContext, about: str, *, fresh: bool) -> frozenset[str] | None:
        """What is asked anew is not known any more, also where no answer comes in time."""
        if fresh:
            self._known.forget(context, about)
        return self._known.find(context, about)


def _where(person_id: str, looked: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(channel for channel, people in looked.items() if person_id in people)
