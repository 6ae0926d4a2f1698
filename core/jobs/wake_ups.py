"""Wake-ups between processes: who stores mail rings a bell, and workers listen for it.

A NOTIFY holds a lock of the whole server through its commit, so one inside the transaction that
stores would cost group commit its point (facts/perf.md: 400 a second instead of 2,300). It is sent
afterwards, on a connection of its own. A ring that is lost costs a worker's next poll, no more.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import asyncpg

from core.db.pool import Connection
from core.jobs.jitter import jitter
from core.jobs.store import SQL
from core.kernel.waiting.tasks import end

log = logging.getLogger(__name__)

# The channel that the statement `ring` names.
CHANNEL = "aegis_mail"
CONNECT_SECONDS = 10.0
# Rings that come sooner after one another than this are one ring.
RING_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 5.0


class Bell:
    """Wakes the workers of all processes. Connects when it is first rung."""

    def __init__(self, dsn: str, wake: Callable[[], None]) -> None:
        self._dsn = dsn
        self._wake = wake
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Mail was just stored. Returns at once; trouble is the bell's own."""
        self._wake()
        self._rung.set()

    async def run(self) -> None:
        """Ring whenever asked, until cancelled."""
        while True:
            await self._rung.wait()
            try:
                connection = await _connect(self._dsn)
                try:
                    await self._ring_on(connection)
                finally:
                    connection.terminate()
            except Exception as error:
                log.warning("the bell has no connection: %s", type(error).__name__)
                await asyncio.sleep(_pause(1))

    async def _ring_on(self, connection: Connection) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            await connection.execute(SQL["ring"])
            await asyncio.sleep(RING_SECONDS)


@contextlib.asynccontextmanager
async def open_bell(dsn: str | None, wake: Callable[[], None]) -> AsyncIterator[Callable[[], None]]:
    """What to call when mail was stored. *wake* is this process's own worker, which needs no bell.
    Without an address nobody listens, and only that one is woken."""
    if dsn is None:
        yield wake
        return
    bell = Bell(dsn, wake)
    async with _running(bell.run()):
        yield bell.ring


@contextlib.asynccontextmanager
async def listening(dsn: str | None, wake: Callable[[], None]) -> AsyncIterator[None]:
    """Call *wake* whenever a bell rings, until the block ends. A database that went away is tried
    again; *wake* is called then too, for what was missed."""
    if dsn is None:
        yield
        return
    async with _running(_listen(dsn, wake)):
        yield


async def _listen(dsn: str, wake: Callable[[], None]) -> None:
    failures = 0
    while True:
        try:
            connection = await _connect(dsn)
            failures = 0
            try:
                await _hear(connection, wake)
            finally:
                connection.terminate()
        except Exception as error:
            log.warning("wake-ups are not heard: %s; mail is looked for", type(error).__name__)
        failures += 1
        await asyncio.sleep(_pause(failures))


async def _hear(connection: Connection, wake: Callable[[], None]) -> None:
    """Until the connection ends."""
    ended = asyncio.Event()
    connection.add_termination_listener(lambda _: ended.set())
    await connection.add_listener(CHANNEL, lambda *_: wake())
    wake()
    await ended.wait()


async def _connect(dsn: str) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(
        dsn, timeout=CONNECT_SECONDS, server_settings={"application_name": "aegis wake-ups"}
    )


def _pause(failures: int) -> float:
    """Seconds before the next try; processes that lost the same server come back one by one."""
    longest = min(LONGEST_PAUSE_SECONDS, 0.1 * 2.0 ** min(failures, 10))
    return longest * (0.5 + jitter() / 2)


@contextlib.asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await end(task)
