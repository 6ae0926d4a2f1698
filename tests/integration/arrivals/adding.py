"""What the tests of arrivals share: to add a text, and to look at what there is."""

from typing import Any

from core.db.tenant import TenantContext
from core.knowledge.arrivals.model import Quota
from core.knowledge.ingest_document import ingest_document
from core.knowledge.model import Ingested, Scope
from core.knowledge.ports import Embedder
from core.knowledge.reading.limited_reader import LimitedReader

READER = LimitedReader()


async def add(
    context: TenantContext,
    title: str,
    text: str,
    *,
    quota: Quota | None = None,
    embedder: Embedder | None = None,
    scope: Scope = "workspace",
) -> Ingested:
    return await ingest_document(
        context,
        READER,
        embedder,
        title=title,
        content=text.encode(),
        added_by="U1",
        scope=scope,
        reference="test",
        quota=quota,
    )


async def rows(context: TenantContext, statement: str, *arguments: Any) -> list[Any]:
    """The first column."""
    async with context.db.transaction() as tx:
        return [row[0] for row in await tx.fetch(statement, *arguments)]
