"""Whether a reply in a thread is for us."""

import orjson

from core.conversations import store
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.jobs import store as jobs
from core.jobs.model import InboxEvent


async def is_conversation(context: TenantContext, channel: str, thread_ts: str, ts: str) -> bool:
    """True when somebody had asked an agent something in this thread before *ts*. What people said to
    each other until then stays between them, whenever it comes."""
    async with context.db.transaction() as tx:
        return await store.is_ours(tx, channel, thread_ts, ts)


async def overhear_reply(context: TenantContext, event: InboxEvent) -> None:
    """A reply in a thread that is not ours, or not yet: done with, unless the message that makes the
    thread ours is still on its way."""
    async with context.db.transaction() as tx:
        await jobs.overhear(tx, event.id)


async def recall_replies(tx: Tx, event: int, after: str) -> None:
    """What was overheard in this event's thread and said after the ts *after* waits again. Not what
    was said before: that was for others.

    What people write is read here and not by PostgreSQL, whose JSON knows no NUL.
    """
    overheard = await jobs.list_overheard(tx, event)
    later = [number for number, payload in overheard if _ts_in(payload) > after]
    if later:
        await jobs.recall_overheard(tx, later)


def _ts_in(payload: str) -> str:
    """The ts of the message in an envelope; those of Slack are all of one length."""
    event = orjson.loads(payload).get("event") or {}
    return str(event.get("ts") or "")
