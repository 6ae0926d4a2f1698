"""Is the process alive, and can it do its work."""

import asyncio
import time
from collections.abc import Callable

from aiohttp import web

from core.db.database import Database

READY_SECONDS = 3.0
# Slack's signatures are good for five minutes either way: a clock this far off is on its way there.
CLOCK_SECONDS = 60.0
# A lost socket is replaced within ten seconds: one that is gone for longer is not about to come.
SOCKET_SECONDS = 30.0


class Readiness:
    """Whether this process wants more requests. One that is told to stop goes on answering for a
    while, so that whoever sends them can look elsewhere first."""

    def __init__(self) -> None:
        self.is_draining = False
        # How long there has been no socket to Slack; set where there should be one.
        self.without_socket: Callable[[], float] | None = None

    def missing(self) -> str | None:
        """What this process itself is not ready for: `drain`, `socket`, or nothing."""
        if self.is_draining:
            return "drain"
        if self.without_socket and self.without_socket() > SOCKET_SECONDS:
            return "socket"
        return None

    async def close_connection(self, request: web.Request, response: web.StreamResponse) -> None:
        """An `on_response_prepare` signal: no later request comes over a connection that is about
        to go."""
        if self.is_draining:
            response.headers["Connection"] = "close"  # too late for aiohttp to say it by itself
            response.force_close()


class _Look:
    """One look at the database at a time, in a task of its own: whoever asks waits no longer than
    READY_SECONDS, also for a server that hangs and takes no cancellation."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._looking: asyncio.Task[str | None] | None = None

    async def missing(self) -> str | None:
        """What this process waits for before it can work: `database`, `clock`, or nothing."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._compare())
        looking = self._looking
        await asyncio.wait({looking}, timeout=READY_SECONDS)
        return looking.result() if looking.done() else "database"

    async def _compare(self) -> str | None:
        try:
            async with self._database.control() as tx:
                now = await tx.fetchval("select extract(epoch from clock_timestamp())::float8")
        except Exception:
            return "database"
        return "clock" if abs(self._clock() - now) > CLOCK_SECONDS else None


def routes(
    database: Database,
    readiness: Readiness | None = None,
    clock: Callable[[], float] = time.time,
) -> list[web.RouteDef]:
    look = _Look(database, clock)

    async def live(request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def ready(request: web.Request) -> web.Response:
        reason = (readiness and readiness.missing()) or await look.missing()
        if reason:
            return web.json_response({"ok": False, "waiting_for": reason}, status=503)
        return web.json_response({"ok": True})

    return [web.get("/health/live", live), web.get("/health/ready", ready)]
