"""Group commit: events that arrive together are stored in one transaction, then each is answered.

Measured in facts/perf.md: one commit an event costs 176 µs of CPU, a shared one 84 µs. Nothing
waits for company: a lone event is committed at once, company is what arrived during a commit. One
commit runs at a time: with two, batches are half as large and cost a tenth more (`make bench`).
"""

import asyncio
import time
from collections.abc import Callable
from itertools import islice

from core.db.database import Database
from core.db.transaction import ControlTx
from core.jobs import store as jobs
from core.jobs.model import IncomingEvent

LARGEST_BATCH = 200
# How long a connection is kept while there is company. Far less than a unit of work may take: each
# commit has the rest of that for itself.
KEPT_SECONDS = 1.0

Waiting = tuple[IncomingEvent, asyncio.Future[None]]


class EventBatch:
    """Stores events; `accept` returns when the event's commit has happened, or raises."""

    def __init__(self, database: Database, on_stored: Callable[[], None]) -> None:
        self._database = database
        self._on_stored = on_stored
        # In the order of arrival; by its future, so that who gives up is found at once.
        self._waiting: dict[asyncio.Future[None], IncomingEvent] = {}
        self._committing: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many events are not yet in a commit."""
        return len(self._waiting)

    async def accept(self, event: IncomingEvent) -> None:
        """Who is cancelled while waiting takes the event out of the line, unless its commit runs."""
        done = asyncio.get_running_loop().create_future()
        self._waiting[done] = event
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_waiting())
        try:
            await done
        finally:
            self._waiting.pop(done, None)

    async def _commit_waiting(self) -> None:
        try:
            while self._waiting:
                await self._commit_together()
        finally:
            # Here and not in a callback of the task: an event that came in between would be left.
            self._committing = None

    async def _commit_together(self) -> None:
        until = time.monotonic() + KEPT_SECONDS
        try:
            async with self._database.statements() as tx:
                # Kept while there is company: giving it back is a round trip of its own.
                while self._waiting and tx.is_connected and time.monotonic() < until:
                    await self._commit(tx, self._take(LARGEST_BATCH))
        except Exception as error:
            # No database: who waits now hears so, and Slack sends it again.
            self._settle(self._take(len(self._waiting)), error)

    def _take(self, most: int) -> list[Waiting]:
        batch = [(event, done) for done, event in islice(self._waiting.items(), most)]
        for _, done in batch:
            del self._waiting[done]
        return batch

    async def _commit(self, tx: ControlTx, batch: list[Waiting]) -> None:
        try:
            # One statement is a transaction by itself: BEGIN and COMMIT would be two more trips.
            await jobs.accept_events(tx, [event for event, _ in batch])
        except Exception as error:
            if len(batch) > 1 and tx.is_connected:
                # One event that cannot be stored must not take its neighbours with it.
                for single in batch:
                    await self._commit(tx, [single])
                return
            self._settle(batch, error)
        except BaseException:
            for _, done in batch:
                done.cancel()
            raise
        else:
            self._settle(batch, None)
            self._on_stored()

    @staticmethod
    def _settle(batch: list[Waiting], error: Exception | None) -> None:
        for _, done in batch:
            if done.done():
                continue  # its request was given up while the commit ran
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
