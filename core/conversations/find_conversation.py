"""Whether a thread is one of ours."""

from core.conversations import store
from core.db.tenant import TenantContext


async def is_conversation(context: TenantContext, channel: str, thread_ts: str) -> bool:
    """True when an agent already answers in this thread."""
    async with context.db.transaction() as tx:
        return await store.find_agent(tx, channel, thread_ts) is not None
