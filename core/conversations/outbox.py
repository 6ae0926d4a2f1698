"""Post through the outbox: the row first, then Slack, then the ts; a repeat finds its row."""

from core.conversations import store
from core.conversations.model import Outgoing, Part, Place, Turn
from core.conversations.ports import Messenger
from core.db.tenant import TenantContext
from core.jobs import store as jobs


async def post(
    context: TenantContext,
    messenger: Messenger,
    message: Outgoing,
    *,
    key: str,
    completes: int | None = None,
) -> str:
    """Post *message* once and return its ts; completes the inbox event in the same commit.

    *key* names the effect. If an earlier try ended without an answer from Slack, the message is
    looked up by its metadata before it is posted again.
    """
    async with context.db.transaction() as tx:
        await store.put_outbox(tx, key, message)
        found = await store.find_outbox(tx, key)
        assert found is not None
        state, message_ts = found
        if state == "waiting":
            await store.mark_sending(tx, key)
    if state == "sending":
        message_ts = await messenger.find_posted(context, message, key=key)
    if message_ts is None:
        message_ts = await messenger.post(context, message, key=key)
    async with context.db.transaction() as tx:
        await store.mark_sent(tx, key, message_ts)
        if completes is not None:
            await jobs.complete_event(tx, completes)
    return message_ts


class RecordedParts:
    """The messages of one answer, each on record before Slack is asked to make it."""

    def __init__(self, context: TenantContext, turn: Turn, place: Place, parts: list[Part]) -> None:
        self._context = context
        self._prefix = parts_prefix(turn)
        self._place = place
        self._parts = parts

    @classmethod
    async def load(cls, context: TenantContext, turn: Turn, place: Place) -> "RecordedParts":
        async with context.db.transaction() as tx:
            parts = await store.list_parts(tx, parts_prefix(turn))
        return cls(context, turn, place, parts)

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(self._parts)

    async def opening(self) -> Part:
        part = Part(f"{self._prefix}{len(self._parts)}")
        message = Outgoing(self._place.channel, "", self._place.thread_ts)
        async with self._context.db.transaction() as tx:
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


def parts_prefix(turn: Turn) -> str:
    return f"answer:{turn.turn_id}:"
