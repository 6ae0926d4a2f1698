"""A worker process that dies of one event, as `kill -9` would have it.

`python -m tests.integration.worker.dying` with the dsn, the master key (base64) and the tenant;
says what it did, a line each, and ends by itself when there is nothing more to do.
"""

import asyncio
import base64
import os
import signal
import sys

import click

from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.db.database import Database
from core.db.pool import open_pool
from core.jobs import store as jobs
from core.kernel.sealing import Sealer
from tests.integration.worker.queueing import until, waiting

LEASE_SECONDS = 0.5
WAITS = (0.0, 0.2, 0.4, 0.6, 0.0)


async def main(dsn: str, key: str, tenant: str) -> None:
    async def handle(context, event):
        if event.event_id in ("killer", "killer of tellers"):
            await asyncio.sleep(0.05)
            os.kill(os.getpid(), signal.SIGKILL)
        # Long enough to be at work when the killer strikes.
        await asyncio.sleep(0.2)
        click.echo(f"done {event.event_id}")

    async def give_up(context, event, reference):
        if event.event_id == "killer of tellers":
            os.kill(os.getpid(), signal.SIGKILL)
        click.echo(f"told {event.event_id}")

    async def gave_up(context, reference):
        click.echo("told the owner")

    jobs.DEATH_WAITS = WAITS
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


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
