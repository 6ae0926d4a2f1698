"""Whether a reply in a thread is for us."""

from core.conversations import store
from core.db.tenant import TenantContext
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
