"""The messages of one answer, each on record before Slack is asked to make it."""

from core.conversations import store
from core.conversations.model import Outgoing, Part, Place
from core.db.tenant import TenantContext


class Overtaken(Exception):
    """Another worker has answered this turn: this one was away for longer than its lease, and says
    nothing more."""


class RecordedParts:
    """Under *prefix*, which names the answer and where it is shown."""

    def __init__(
        self, context: TenantContext, prefix: str, place: Place, parts: list[Part]
    ) -> None:
        self._context = context
        self._prefix = prefix
        self._place = place
        self._parts = parts

    @classmethod
    async def load(cls, context: TenantContext, prefix: str, place: Place) -> "RecordedParts":
        async with context.db.transaction() as tx:
            parts = await store.list_parts(tx, prefix)
        return cls(context, prefix, place, parts)

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(self._parts)

    async def opening(self) -> Part:
        """Raises Overtaken."""
        part = Part(f"{self._prefix}{len(self._parts)}")
        message = Outgoing(self._place.channel, "", self._place.thread_ts)
        async with self._context.db.transaction() as tx:
            if await store.turn_state(tx, self._prefix.split(":")[1]) in ("done", "failed"):
                raise Overtaken
            await store.put_outbox(tx, part.key, message)
            await store.mark_sending(tx, part.key)
        self._parts.append(part)
        return part

    async def opened(self, part: Part, message_ts: str) -> None:
        async with self._context.db.transaction() as tx:
            await store.mark_streaming(tx, part.key, message_ts)
        part.message_ts = message_ts

    async def is_known(self, message_ts: str) -> bool:
        async with self._context.db.transaction() as tx:
            return await store.is_known_message(tx, self._place.channel, message_ts)


def parts_prefix(turn_id: str) -> str:
    """Of the messages in the place where the question was asked."""
    return f"answer:{turn_id}:"


def direct_prefix(turn_id: str) -> str:
    """Of the messages in the person's direct message, where the place is closed to us."""
    return f"direct:{turn_id}:"
