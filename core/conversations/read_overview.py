"""What a person's Home tab counts: documents that answer them, and what of theirs waits."""

from dataclasses import dataclass

from core.conversations import store
from core.db.tenant import TenantContext
from core.knowledge.list_documents import list_documents
from core.knowledge.model import Asker


@dataclass(frozen=True, slots=True)
class Overview:
    """*own* of the documents are the person's alone; *waiting* tools wait for somebody's yes."""

    documents: int
    own: int
    waiting: int


async def read_overview(context: TenantContext, person_id: str) -> Overview:
    documents = await list_documents(context, asker=Asker(person_id, private=True))
    async with context.db.transaction() as tx:
        waiting = await store.count_waiting(tx, person_id)
    own = sum(document.scope == "person" for document in documents)
    return Overview(len(documents), own, waiting)
