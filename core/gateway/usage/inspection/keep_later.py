"""Keep what another model is shown that goes on in the middle of an answer."""

from core.db.tenant import TenantContext
from core.gateway.usage import store


async def keep_later_prompt(context: TenantContext, step_id: str, model: str, shown: str) -> None:
    """Below what the first one was shown, before it goes out: it holds what that one has said."""
    async with context.db.transaction() as tx:
        await store.add_shown(tx, step_id, f"\n\n# Asked to go on: {model}\n\n{shown}")
