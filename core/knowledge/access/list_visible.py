"""Which of some documents a person may see at this moment."""

from collections.abc import Collection

from core.db.tenant import TenantContext
from core.knowledge import store
from core.knowledge.model import Sight
from core.tenancy.membership.readers import Readers


async def list_visible(
    context: TenantContext, readers: Readers, document_ids: Collection[str], *, person_id: str
) -> frozenset[str]:
    """Slack is asked now who is in the channels that they belong to. What is gone is nobody's to see."""
    async with context.db.transaction() as tx:
        known = await store.list_scopes(tx, sorted(document_ids))
    channels = {channel for _, _, channel in known.values() if channel}
    theirs = await readers.channels_of(context, person_id, channels, fresh=True)
    sight = Sight(True, theirs, person_id)
    return frozenset(one for one, whose in known.items() if sight.shows(*whose))
