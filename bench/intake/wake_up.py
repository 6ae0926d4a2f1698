"""From a signed event on the wire to the start of its turn, in two processes that have nothing else
to do: the web process stores it and rings, the worker hears it and claims."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.installation import SERVICE_LOGIN, Installation
from bench.intake.events import SignedEvents
from bench.intake.measure import SECRET, slack_of_the_bench, web_settings
from bench.processes import BenchError, running
from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.jobs.wake_ups import listening

EVENTS = 200
WARM_UP = 20
LONGEST_SECONDS = 5.0


async def measure_wake_up(installation: Installation) -> list[float]:
    """Milliseconds of each event. This process is the worker. Raises BenchError."""
    started: asyncio.Queue[float] = asyncio.Queue()

    async def handle(context: TenantContext, event: InboxEvent) -> None:
        started.put_nowait(time.perf_counter())

    async def give_up(context: TenantContext, event: InboxEvent, reference: str) -> None:
        raise BenchError("an event was given up")

    async def gave_up(context: TenantContext, reference: str) -> None:
        raise BenchError("an event killed its workers")

    database = installation.storage.database
    worker = Worker(database, MailboxDrain(database, handle, give_up, gave_up), name="bench")
    dsn = installation.server.dsn(user=SERVICE_LOGIN)
    async with (
        slack_of_the_bench() as api_url,
        running("bot", "serve", environment=web_settings(installation, api_url)) as web,
        listening(dsn, worker.wake),
        working(worker),
    ):
        events = SignedEvents(
            f"127.0.0.1:{web.port}", "/slack/events", SECRET, list(installation.workspaces)[:1]
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        waits = [await _one(events, started, reader, writer) for _ in range(WARM_UP + EVENTS)]
        writer.close()
    return waits[WARM_UP:]


async def _one(
    events: SignedEvents,
    started: "asyncio.Queue[float]",
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> float:
    # Idle, and in no step with the worker's polls.
    await asyncio.sleep(random.uniform(0.01, 0.05))
    sent = time.perf_counter()
    writer.write(events.make())
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise BenchError(f"an event was answered {head[9:12].decode()}")
            start = await started.get()
    except TimeoutError:
        raise BenchError("an event was not begun in time") from None
    return 1000 * (start - sent)


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[None]:
    """Let it work until the block ends."""
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        await worker.stop()
        await task
