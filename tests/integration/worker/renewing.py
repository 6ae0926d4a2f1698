"""A worker process that embeds documents anew, and dies of it after so many chunks.

`python -m tests.integration.worker.renewing` with the dsn, the master key (base64), the tenant and the
number of chunks; ends by itself when nothing waits any more.
"""

import asyncio
import json
import os
import signal
import sys

from core.knowledge.ports import DIMENSION
from core.knowledge.renewal.renew_embeddings import renew_embeddings
from tests.integration.worker.queueing import nobody
from tests.integration.worker.until_empty import work_until_empty

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

    ends = {"give_up": nobody, "gave_up": never}
    await work_until_empty(dsn, key, tenant, handle=handle, death_waits=(0.0,) * 5, **ends)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
