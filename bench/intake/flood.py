"""What one tenant's flood does to the others: their p95 with it and without it, in one run.

Turns that take a while, a worker with few slots, some tenants that ask now and then, and one that
asks ten times as much as any of them and has a line waiting before the others begin.
"""

import asyncio
import time
from statistics import quantiles

from bench.installation import Installation
from bench.intake.wake_up import working
from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.db.database import Database
from core.db.tenant import TenantContext
from core.jobs import store as jobs
from core.jobs.model import InboxEvent, IncomingEvent
from core.kernel.ids import TenantId, new_id

SLOTS = 8
TURN_SECONDS = 0.2
OTHERS = 4
EACH_SECONDS = 0.5
LINE = 100  # what the flooder has waiting at first


async def measure_flood(installation: Installation, *, seconds: float) -> float:
    """How many times longer the others' p95 gets, from stored to answered."""
    flooder, *others = list(installation.workspaces.values())[: OTHERS + 1]
    run = Run(installation.storage.database)
    async with working(run.worker):
        alone = await run.ask(others, seconds)
        flooding = asyncio.create_task(run.flood(flooder, seconds + LINE * TURN_SECONDS / SLOTS))
        flooded = await run.ask(others, seconds)
        flooding.cancel()
    return _p95(flooded) / _p95(alone)


class Run:
    """A worker, and the moment at which each event was done."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._done: dict[str, asyncio.Future[float]] = {}
        drain = MailboxDrain(database, self._turn, self._give_up, self._gave_up)
        self.worker = Worker(database, drain, name="bench", at_once=SLOTS)

    async def ask(self, tenants: list[TenantId], seconds: float) -> list[float]:
        """Everybody asks in turn, evenly; seconds that each waited."""
        count = int(seconds / EACH_SECONDS) * len(tenants)
        asking = []
        for number in range(count):
            asking.append(asyncio.create_task(self._wait_for(tenants[number % len(tenants)])))
            await asyncio.sleep(EACH_SECONDS / len(tenants))
        return list(await asyncio.gather(*asking))

    async def flood(self, tenant: TenantId, seconds: float) -> None:
        await self._put(tenant, LINE)
        for _ in range(int(seconds / EACH_SECONDS)):
            await self._put(tenant, 10)
            await asyncio.sleep(EACH_SECONDS)

    async def _wait_for(self, tenant: TenantId) -> float:
        begun = time.perf_counter()
        (event_id,) = await self._put(tenant, 1)
        return await self._done[event_id] - begun

    async def _put(self, tenant: TenantId, count: int) -> list[str]:
        ids = [new_id() for _ in range(count)]
        loop = asyncio.get_running_loop()
        self._done |= {event_id: loop.create_future() for event_id in ids}
        mail = [IncomingEvent(tenant, event_id, event_id, "event", "{}") for event_id in ids]
        async with self._database.statements() as tx:
            await jobs.accept_events(tx, mail)
        self.worker.wake()
        return ids

    async def _turn(self, context: TenantContext, event: InboxEvent) -> None:
        await asyncio.sleep(TURN_SECONDS)
        self._done[event.event_id].set_result(time.perf_counter())

    async def _give_up(self, context: TenantContext, event: InboxEvent, reference: str) -> None:
        raise AssertionError("a turn of the bench failed")

    async def _gave_up(self, context: TenantContext, reference: str) -> None:
        raise AssertionError("a turn of the bench killed its workers")


def _p95(waits: list[float]) -> float:
    return quantiles(waits, n=20)[-1]
