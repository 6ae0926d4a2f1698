"""A worker process that embeds documents anew, and dies of it after so many chunks.

`python -m tests.integration.worker.renewing` with the dsn, the master key (base64), the tenant and the
number of chunks; ends by itself when nothing waits any more.
"""

import asyncio
import base64
import json
import os
import signal
import sys

from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.db.database import Database
from core.db.pool import open_pool
from core.jobs import store as jobs
from core.kernel.sealing import Sealer
from core.knowledge.ports import DIMENSION
from core.knowledge.renewal.renew_embeddings import renew_embeddings
from tests.integration.worker.queueing import nobody, until, waiting

LEASE_SECONDS = 0.5
MODEL = "new"


class Mortal:
    """An Embedder that takes its process with it."""

    name = MODEL

    def __init__(self, left: int) -> None:
        self._left = left

    def count(self, text):
        return len(text)

    def rarity(self, word):
        return 0.5

    async def embed(self, texts):
        self._left -= len(texts)
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return [[1.0, *[0.0] * (DIMENSION - 1)] for _ in texts]


async def main(dsn: str, key: str, tenant: str, left: str) -> None:
    embedder = Mortal(int(left))

    async def handle(context, event):
        task = json.loads(event.payload)
        await renew_embeddings(
            context, embedder, document_id=task["document_id"], model=task["model"]
        )

    async def never(context, reference):
        raise AssertionError("no owner is told")

    jobs.DEATH_WAITS = (0.0,) * 5
    pool = await open_pool(dsn, size=4)
    database = Database(pool, Sealer(base64.b64decode(key)))
    context = await database.tenant(tenant)
    drain = MailboxDrain(database, handle, nobody, never)
    worker = Worker(database, drain, name=f"{os.getpid()}", lease_seconds=LEASE_SECONDS)
    running = asyncio.create_task(worker.run())

    async def is_empty() -> bool:
        return await waiting(database, context) == 0

    await until(is_empty)
    await worker.stop()
    await running


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
