"""The change feed: everything that became visible, in order."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from bot.sandbox.model.message import Message

ChangeKind = Literal[
    "message",
    "ephemeral",
    "stream_start",
    "stream_append",
    "stream_stop",
    "update",
    "delete",
    "status",
    "session",
    "file",
    "home",
    "modal",
]

KEPT_CHANGES = 10_000


@dataclass(frozen=True, kw_only=True)
class Change:
    """One visible change. `seen_by` holds names of persons; `text` is what they read."""

    seq: int
    at: datetime
    workspace: str
    workspace_id: str
    channel: str
    channel_id: str
    thread: str | None
    ts: str | None
    seen_by: tuple[str, ...]
    author: str
    kind: ChangeKind
    text: str
    message: Message | None
    session: dict[str, Any] | None

    def to_wire(self) -> dict[str, Any]:
        """The item as the feed sends it."""
        wire = {name: getattr(self, name) for name in self.__dataclass_fields__}
        wire["at"] = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        wire["seen_by"] = list(self.seen_by)
        # The message as it is now, not as it was: a replay converges, and memory stays bounded.
        wire["message"] = self.message.to_page() if self.message else None
        return wire


class Feed:
    """Keeps the last 10,000 changes of each workspace and wakes whoever follows."""

    def __init__(self) -> None:
        self.last_seq = 0
        self._kept: defaultdict[str, deque[Change]] = defaultdict(
            lambda: deque(maxlen=KEPT_CHANGES)
        )
        self._news = asyncio.Event()
        self._closed = False

    def close(self) -> None:
        """Let everyone who follows go."""
        self._closed = True
        self._news.set()

    def publish(self, **what: Any) -> Change:
        """Number the change, keep it, and wake the followers."""
        self.last_seq += 1
        change = Change(seq=self.last_seq, at=datetime.now(UTC), **what)
        self._kept[change.workspace_id].append(change)
        self._news.set()
        self._news = asyncio.Event()
        return change

    def after(
        self, seq: int, workspaces: Collection[str], person: str | None = None
    ) -> list[Change]:
        """The kept changes with a higher number, seen by `person` (a name) when one is given."""
        found = []
        for workspace in workspaces:
            for change in reversed(self._kept[workspace]):
                if change.seq <= seq:
                    break
                if person is None or person in change.seen_by:
                    found.append(change)
        return sorted(found, key=lambda change: change.seq)

    async def follow(
        self, seq: int, workspaces: Collection[str], person: str | None = None
    ) -> AsyncIterator[Change]:
        """What came after `seq`, then whatever comes, until the feed is closed."""
        while not self._closed:
            news, upto = self._news, self.last_seq
            for change in self.after(seq, workspaces, person):
                yield change
            seq = max(seq, upto)
            await news.wait()
