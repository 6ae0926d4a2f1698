"""Group commit: events that arrive together are stored in one transaction, then each is answered.

Measured in facts/perf.md: one commit an event costs 176 µs of CPU, a shared one 84 µs. Nothing
waits for company: a lone event is committed at once, company is what arrived during a commit. One
commit runs at a time: with two, batches are half as large and cost a tenth more (`make bench`).

A workspace whose tables are locked (it is being migrated or erased) must not hold up the others: the
statement waits 0.3 s for a lock, then the batch is stored workspace by workspace, and who is locked
out waits in a line of its own until it is stored again.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import NamedTuple

import asyncpg

from core.db.database import Database
from core.db.transaction import ControlTx
from core.jobs import store as jobs
from core.jobs.model import IncomingEvent
from core.kernel.ids import TenantId

log = logging.getLogger(__name__)

LARGEST_BATCH = 200
# How long a connection is kept while there is company. Far less than a unit of work may take: each
# commit has the rest of that for itself.
KEPT_SECONDS = 1.0


class _Waiting(NamedTuple):
    """An event, and what its request waits for."""

    event: IncomingEvent
    done: asyncio.Future[None]


# Stores a batch and settles each of it. It raises nothing but a cancellation.
Commit = Callable[[ControlTx, list[_Waiting]], Awaitable[None]]


class _Line:
    """Hands what waits to *commit*, batch by batch; of *one_tenant* at a time if so asked."""

    def __init__(self, database: Database, commit: Commit, *, one_tenant: bool = False) -> None:
        self._database = database
        self._commit = commit
        self._one_tenant = one_tenant
        # In the order of arrival; by its future, so that who gives up is found at once.
        self._waiting: dict[asyncio.Future[None], IncomingEvent] = {}
        self._committing: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, event: IncomingEvent, done: asyncio.Future[None]) -> None:
        """*done* is settled after the event's commit."""
        if done.done():
            return  # its request was given up
        self._waiting[done] = event
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_waiting())

    def leave(self, done: asyncio.Future[None]) -> None:
        """Out of the line, unless its commit runs."""
        self._waiting.pop(done, None)

    async def _commit_waiting(self) -> None:
        try:
            while self._waiting:
                await self._commit_on_one_connection()
        finally:
            # Here and not in a callback of the task: an event that came in between would be left.
            self._committing = None

    async def _commit_on_one_connection(self) -> None:
        until = time.monotonic() + KEPT_SECONDS
        try:
            async with self._database.statements() as tx:
                # Kept while there is company: giving it back is a round trip of its own.
                while self._waiting and tx.is_connected and time.monotonic() < until:
                    await self._commit_next(tx)
        except Exception as error:
            # No database: who waits now hears so, and Slack sends it again.
            _settle(self._take(list(self._waiting)), error)

    async def _commit_next(self, tx: ControlTx) -> None:
        batch = self._take(self._next())
        try:
            await self._commit(tx, batch)
        except BaseException:
            for _, done in batch:
                done.cancel()
            raise

    def _next(self) -> list[asyncio.Future[None]]:
        if not self._one_tenant:
            return list(islice(self._waiting, LARGEST_BATCH))
        tenant = next(iter(self._waiting.values())).tenant_id
        own = (done for done, event in self._waiting.items() if event.tenant_id == tenant)
        return list(islice(own, LARGEST_BATCH))

    def _take(self, chosen: list[asyncio.Future[None]]) -> list[_Waiting]:
        return [_Waiting(self._waiting.pop(done), done) for done in chosen]


class EventBatch:
    """Stores events; `accept` returns when the event's commit has happened, or raises."""

    def __init__(self, database: Database, on_stored: Callable[[], None]) -> None:
        self._on_stored = on_stored
        self._main = _Line(database, self._commit_together)
        self._aside = _Line(database, self._commit_aside, one_tenant=True)
        self._locked: set[TenantId] = set()

    @property
    def waiting(self) -> int:
        """How many events are not yet in a commit."""
        return len(self._main) + len(self._aside)

    async def accept(self, event: IncomingEvent) -> None:
        """Who is cancelled while waiting takes the event out of the line, unless its commit runs."""
        done = asyncio.get_running_loop().create_future()
        line = self._aside if event.tenant_id in self._locked else self._main
        line.put(event, done)
        try:
            await done
        finally:
            self._main.leave(done)
            self._aside.leave(done)

    async def _commit_together(self, tx: ControlTx, batch: list[_Waiting]) -> None:
        error = await self._stored(tx, batch)
        if error is None:
            return
        parts = _by_tenant(batch)
        if len(parts) == 1 or not tx.is_connected:
            await self._not_stored(tx, batch, error)
            return
        # One workspace that cannot be stored must not take its neighbours with it.
        for part in parts:
            if (own := await self._stored(tx, part)) is not None:
                await self._not_stored(tx, part, own)

    async def _not_stored(self, tx: ControlTx, part: list[_Waiting], error: Exception) -> None:
        if not isinstance(error, asyncpg.LockNotAvailableError):
            await self._commit_singly(tx, part, error)
            return
        tenant = part[0].event.tenant_id
        log.warning("a workspace's tables are locked: its events wait", extra={"tenant": tenant})
        self._locked.add(tenant)
        # Another process's long commit is a lock too, and that one is over at the next look.
        for event, done in part:
            self._aside.put(event, done)

    async def _commit_aside(self, tx: ControlTx, part: list[_Waiting]) -> None:
        error = await self._stored(tx, part)
        if isinstance(error, asyncpg.LockNotAvailableError):
            _settle(part, error)
            return
        self._locked.discard(part[0].event.tenant_id)
        if error is not None:
            await self._commit_singly(tx, part, error)

    async def _commit_singly(self, tx: ControlTx, part: list[_Waiting], error: Exception) -> None:
        """Nor must one event that cannot be stored."""
        if len(part) == 1 or not tx.is_connected:
            _settle(part, error)
            return
        for single in part:
            if (own := await self._stored(tx, [single])) is not None:
                _settle([single], own)

    async def _stored(self, tx: ControlTx, batch: list[_Waiting]) -> Exception | None:
        """Store and answer all of them, or none and say why."""
        try:
            # One statement is a transaction by itself: BEGIN and COMMIT would be two more trips.
            await jobs.accept_events(tx, [each.event for each in batch])
        except Exception as error:
            return error
        _settle(batch, None)
        self._on_stored()
        return None


def _by_tenant(batch: list[_Waiting]) -> list[list[_Waiting]]:
    parts: dict[TenantId, list[_Waiting]] = {}
    for each in batch:
        parts.setdefault(each.event.tenant_id, []).append(each)
    return list(parts.values())


def _settle(batch: list[_Waiting], error: Exception | None) -> None:
    """Answer who waits: stored, or not."""
    for _, done in batch:
        if done.done():
            continue  # its request was given up while the commit ran
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
