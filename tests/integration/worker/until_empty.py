"""What a worker process of the tests does: works until nothing of its tenant waits, and ends."""

import asyncio
import base64
import os

from bot.worker.mailboxes import GaveUp, GiveUp, Handle, MailboxDrain
from bot.worker.worker import Worker
from core.db.database import Database
from core.db.pool import open_pool
from core.jobs import store as jobs
from core.kernel.sealing import Sealer
from tests.integration.worker.queueing import until, waiting

LEASE_SECONDS = 0.5


async def work_until_empty(
    dsn: str,
    key: str,
    tenant: str,
    *,
    handle: Handle,
    give_up: GiveUp,
    gave_up: GaveUp,
    death_waits: tuple[float, ...],
) -> None:
    """*key*: the master key, in base64."""
    jobs.DEATH_WAITS = death_waits
    pool = await open_pool(dsn, size=4)
    database = Database(pool, Sealer(base64.b64decode(key)))
    context = await database.tenant(tenant)
    drain = MailboxDrain(database, handle, give_up, gave_up)
    worker = Worker(database, drain, name=f"{os.getpid()}", lease_seconds=LEASE_SECONDS)
    running = asyncio.create_task(worker.run())

    async def is_empty() -> bool:
        return await waiting(database, context) == 0

    await until(is_empty)
    await worker.stop()
    await running
