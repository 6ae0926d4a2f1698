"""Whether a thread is one of ours."""

from core.conversations import store
from core.db.tenant import TenantContext
from core.jobs import store as jobs
from core.jobs.model import InboxEvent


async def is_conversation(context: TenantContext, channel: str, thread_ts: str) -> bool:
    """True when an agent already answers in this thread."""
    async with context.db.transaction() as tx:
        return await store.find_agent(tx, channel, thread_ts) is not None


async def overhear_reply(context: TenantContext, event: InboxEvent) -> None:
    """A reply in a thread that is not ours, or not yet: done with, unless the message that makes the
    thread ours is still on its way."""
    async with context.db.transaction() as tx:
        await jobs.overhear(tx, event.id)
