"""How much waits for a worker, and room for more: a load that a machine cannot bear is slowed down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from core.kernel.waiting.outage import DATABASE_AWAY
from tests.faults.cluster.cluster import Cluster

LOOK_SECONDS = 0.5
ANSWER_SECONDS = 5.0
AWAY = (*DATABASE_AWAY, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class Backlog:
    """*most* conversations may wait. While the database is away, the last number holds."""

    def __init__(self, cluster: Cluster, most: int) -> None:
        self._cluster = cluster
        self._most = most
        self._room = asyncio.Event()
        self._room.set()

    async def room(self) -> None:
        """Return when another question may be asked."""
        await self._room.wait()

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            with suppress(*AWAY):
                async with asyncio.timeout(ANSWER_SECONDS):
                    waiting = await self._count()
                if waiting < self._most:
                    self._room.set()
                else:
                    self._room.clear()
            await asyncio.sleep(LOOK_SECONDS)

    async def _count(self) -> int:
        admin = await asyncpg.connect(self._cluster.postgres.dsn())
        try:
            waiting: int = await admin.fetchval("select count(*) from control.mailbox")
        finally:
            admin.terminate()
        return waiting


@asynccontextmanager
async def watched(cluster: Cluster, most: int) -> AsyncIterator[Backlog]:
    backlog = Backlog(cluster, most)
    watching = asyncio.create_task(backlog.watch())
    try:
        yield backlog
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
