"""What a person's Home tab counts: documents that answer them, and what of theirs waits."""

from dataclasses import dataclass

from core.conversations import store
from core.db.tenant import TenantContext
from core.knowledge.access.find_asker import find_asker
from core.knowledge.list_documents import list_documents
from core.tenancy.membership.readers import Readers


@dataclass(frozen=True, slots=True)
class Overview:
    """*own* of the documents are the person's alone; *waiting* tools wait for somebody's yes."""

    documents: int
    own: int
    waiting: int


async def read_overview(context: TenantContext, readers: Readers, person_id: str) -> Overview:
    asker = await find_asker(context, readers, person_id=person_id, private=True)
    documents = await list_documents(context, asker=asker)
    async with context.db.transaction() as tx:
        waiting = await store.count_waiting(tx, person_id)
    own = sum(document.scope == "person" for document in documents)
    return Overview(len(documents), own, waiting)
