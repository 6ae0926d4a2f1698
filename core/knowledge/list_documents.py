"""Which documents an asker may see, and which of them there are for whoever runs AEGIS."""

from core.audit.attempt import attempt
from core.db.tenant import TenantContext
from core.knowledge import store
from core.knowledge.model import Asker, Document, Holding

ACTION = "knowledge:documents:list"


async def list_documents(context: TenantContext, *, asker: Asker) -> list[Document]:
    """Newest first."""
    async with context.db.transaction() as tx:
        return await store.list_documents(tx, asker.sight)


async def list_holdings(
    context: TenantContext, *, operator: str, everybodys: bool, reference: str
) -> list[Holding]:
    """The workspace's documents, newest first; with *everybodys* also those of channels and of persons,
    which nobody in Slack may see any more when the channel is gone or the person has left. Audited."""
    given = context.fingerprint("everybody's" if everybodys else "the workspace's")
    async with attempt(context, ACTION, operator, reference=reference, arguments=given) as act:
        async with context.db.transaction() as tx:
            found = await store.list_holdings(tx, everybodys=everybodys)
            await act.record(tx, "done", found=len(found), everybodys=everybodys)
        return found
