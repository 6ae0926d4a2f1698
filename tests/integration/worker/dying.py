"""A worker process that dies of one event, as `kill -9` would have it.

`python -m tests.integration.worker.dying` with the dsn, the master key (base64) and the tenant;
says what it did, a line each, and ends by itself when there is nothing more to do.
"""

import asyncio
import os
import signal
import sys

import click

from tests.integration.worker.until_empty import work_until_empty

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

    ends = {"give_up": give_up, "gave_up": gave_up}
    await work_until_empty(dsn, key, tenant, handle=handle, death_waits=WAITS, **ends)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
