"""The messages of one answer, each on record before Slack is asked to make it."""

from functools import partial

import asyncpg

from core.conversations import store
from core.conversations.model import Outgoing, Part, Place, Turn
from core.db.tenant import TenantContext
from core.kernel.errors import Postponed
from core.kernel.waiting.outage import DATABASE_AWAY, until_it_answers


class RecordedParts:
    """Under *prefix*, which names the answer and where it is shown. What is written here is written
    by the worker that has the turn: `opening`, `opened` and `hold` raise Overtaken for any other."""

    def __init__(
        self, context: TenantContext, turn: Turn, prefix: str, place: Place, parts: list[Part]
    ) -> None:
        self._context = context
        self._turn = turn
        self._prefix = prefix
        self._place = place
        self._parts = parts

    @classmethod
    async def load(
        cls, context: TenantContext, turn: Turn, prefix: str, place: Place
    ) -> "RecordedParts":
        async with context.db.transaction() as tx:
            parts = await store.list_parts(tx, prefix)
        return cls(context, turn, prefix, place, parts)

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(self._parts)

    async def hold(self) -> None:
        try:
            async with self._context.db.transaction() as tx:
                await store.hold_turn(tx, self._turn)
        except (*DATABASE_AWAY, asyncpg.InterfaceError, OSError) as error:
            raise Postponed("the database does not say whose turn it is", 1.0) from error

    async def opening(self) -> Part:
        part = Part(f"{self._prefix}{len(self._parts)}")
        async with self._context.db.transaction() as tx:
            await store.hold_turn(tx, self._turn)
            await store.put_outbox(tx, part.key, self._message())
            await store.mark_sending(tx, part.key)
        self._parts.append(part)
        return part

    async def opened(self, part: Part, message_ts: str, *, streams: bool) -> None:
        if await until_it_answers(partial(self._opened, part, message_ts, streams)):
            part.message_ts, part.streams = message_ts, streams

    async def _opened(self, part: Part, message_ts: str, streams: bool) -> bool:
        async with self._context.db.transaction() as tx:
            await store.hold_turn(tx, self._turn)
            known_as = await store.find_key_of_message(tx, self._place.channel, message_ts)
            if known_as not in (None, part.key):
                return False  # it was disowned meanwhile, and is about to be taken away
            await store.mark_opened(tx, part.key, message_ts, streams=streams)
        return True

    async def disown(self, message_ts: str) -> bool:
        return await until_it_answers(partial(self._disown, message_ts))

    async def _disown(self, message_ts: str) -> bool:
        # Under a name of its own, so that it is nobody's orphan while it is still there.
        key = f"overtaken:{self._turn.turn_id}:{message_ts}"
        async with self._context.db.transaction() as tx:
            await store.lock_turn(tx, self._turn.turn_id)
            known_as = await store.find_key_of_message(tx, self._place.channel, message_ts)
            if known_as not in (None, key):
                return False
            await store.put_outbox(tx, key, self._message())
            await store.mark_opened(tx, key, message_ts, streams=False)
            await store.mark_failed(tx, key, "overtaken")
        return True

    async def is_known(self, message_ts: str) -> bool:
        return await until_it_answers(partial(self._is_known, message_ts))

    async def _is_known(self, message_ts: str) -> bool:
        async with self._context.db.transaction() as tx:
            found = await store.find_key_of_message(tx, self._place.channel, message_ts)
        return found is not None

    def _message(self) -> Outgoing:
        return Outgoing(self._place.channel, "", self._place.thread_ts)


def parts_prefix(turn_id: str, stage: int = 0) -> str:
    """Of the messages in the place where the question was asked. Each time the turn goes on after a
    yes its words are new messages, whose prefix begins with that of all."""
    return f"answer:{turn_id}:" + (f"r{stage}:" if stage else "")


def direct_prefix(turn_id: str) -> str:
    """Of the messages in the person's direct message, where the place is closed to us."""
    return f"direct:{turn_id}:"
