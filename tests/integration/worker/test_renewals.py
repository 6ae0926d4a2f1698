"""Documents go over to another embedding model by tasks, whoever dies on the way."""

import asyncio
import base64
import signal
import sys

from core.knowledge import store
from core.knowledge.ingest_document import ingest_document
from core.knowledge.reading.limited_reader import LimitedReader
from core.knowledge.renewal.renew_embeddings import STEP, put_renewals
from tests.integration.worker.queueing import until_drained
from tests.integration.worker.renewing import MODEL


async def add(context, title: str, parts: int) -> str:
    """A document without embeddings, of so many chunks."""
    text = "\n\n".join(f"## Part {n}\n\nThe zeppelin of day {n} lands." for n in range(parts))
    ingested = await ingest_document(
        context,
        LimitedReader(),
        None,
        title=title,
        content=f"{title}\n\n{text}".encode(),
        added_by="U1",
        reference="test",
    )
    return ingested.document.document_id


async def models(context, *documents: str) -> list[str | None]:
    async with context.db.transaction() as tx:
        return [await store.find_model(tx, document_id) for document_id in documents]


async def test_a_worker_killed_in_a_document_loses_no_document(
    database, context, listen_dsn, master_key
):
    documents = [await add(context, f"{n}.md", parts) for n, parts in enumerate((2, 3 * STEP, 2))]
    await put_renewals(database, context.tenant_id, MODEL, "now")

    # The first document is through, the second is half through.
    assert await _work(listen_dsn, master_key, context, 2 * STEP) == -signal.SIGKILL
    assert await models(context, *documents) == [MODEL, "", ""]

    assert await _work(listen_dsn, master_key, context, 1_000) == 0
    assert await models(context, *documents) == [MODEL] * 3
    async with context.db.transaction() as tx:
        lacking = await tx.fetchval(
            "select count(*) from chunk c"
            " where not exists (select from chunk_sign s where s.chunk_id = c.id)"
        )
    assert lacking == 0


async def test_the_products_own_worker_embeds_what_has_no_embeddings(stage):
    services, context = stage.product.services, next(iter(stage.tenants.values()))
    document_id = await add(context, "handbook.md", 2)
    model = services.staff.embedder.name if services.staff.embedder else ""

    await put_renewals(services.database, context.tenant_id, model, "now")
    await until_drained(services.database, context)

    assert await models(context, document_id) == [model]


async def _work(dsn: str, key: bytes, context, left: int) -> int:
    """Run the worker process to its end; its exit status."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.worker.renewing",
        dsn,
        base64.b64encode(key).decode(),
        context.tenant_id,
        str(left),
    )
    async with asyncio.timeout(60):
        return await process.wait()
