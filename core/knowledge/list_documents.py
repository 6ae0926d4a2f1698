"""Which documents an asker may see."""

from core.db.tenant import TenantContext
from core.knowledge import store
from core.knowledge.model import Asker, Document


async def list_documents(context: TenantContext, *, asker: Asker) -> list[Document]:
    """Newest first."""
    async with context.db.transaction() as tx:
        return await store.list_documents(tx, asker.sight)
