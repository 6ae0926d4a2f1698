"""A person's own document, which nobody else gets answers from."""

from core.db.tenant import TenantContext
from core.kernel.errors import NotFound
from core.knowledge import store
from core.knowledge.model import Document, Sight
from core.knowledge.share_document import NOT_YOURS_ALONE


async def find_own(context: TenantContext, *, document_id: str, person_id: str) -> Document:
    """Raises NotFound, also for what is shared by now and for anybody else's."""
    async with context.db.transaction() as tx:
        found = await store.find_document(tx, document_id)
    if found is None or not Sight(person_id=person_id).shows(*found[0].whose):
        raise NotFound(NOT_YOURS_ALONE)
    return found[0]
