"""One workspace's pace, kept in the database for all processes (ADR 15)."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import asyncpg

from bot.slack.pacing.tiers import Shared, limits_of
from core.db.database import Database
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError
from core.kernel.waiting.outage import DATABASE_AWAY
from core.pacing.model import Limit, NotCarriedOut, Slot
from core.pacing.take_slot import hold, take_slot

log = logging.getLogger(__name__)

# A database that is away for a moment stops no answer: Slack itself says when it is too much.
DATABASE_SECONDS = 0.5
_AWAY = (
    *(DomainError, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError),
    *DATABASE_AWAY,
)

# Questions that nobody waits for any more: kept until they end, as asyncio asks for.
_LEFT_BEHIND: set["asyncio.Task[Slot]"] = set()


class Pace:
    """Slots of one tenant's workspace."""

    def __init__(self, database: Database, context: TenantContext) -> None:
        self._database = database
        self._context = context

    async def wait_for_slot(self, method: str, channel: str | None, patience: float) -> None:
        """Return when the call may be made. Raises NotCarriedOut when that is not within *patience*."""
        for shared in limits_of(method, channel):
            limit = self._limit(shared)
            slot = await _in_time(take_slot(self._database, limit, max_wait=patience))
            if slot is None:
                return
            if not slot.taken:
                raise NotCarriedOut(f"no slot for {method}", max(slot.seconds, limit.interval))
            await asyncio.sleep(slot.seconds)
            patience -= slot.seconds

    async def hold(self, method: str, seconds: float) -> None:
        """Slack has said 429: no process calls this method for the workspace until then."""
        for shared in limits_of(method, None):
            await _in_time(_held(hold(self._database, self._limit(shared), seconds)))

    def _limit(self, shared: Shared) -> Limit:
        bucket = self._context.fingerprint(f"pace\n{self._context.tenant_id}\n{shared.name}")
        return Limit(bucket, shared.rate.interval, shared.rate.burst)


async def _held(holding: Coroutine[Any, Any, None]) -> Slot:
    await holding
    return Slot(taken=True, seconds=0.0)


async def _in_time(asking: Coroutine[Any, Any, Slot]) -> Slot | None:
    """None when the database has not answered in time."""
    task = asyncio.create_task(asking)
    # Not `timeout()`: a statement that is cancelled is waited for, however long that takes.
    try:
        await asyncio.wait({task}, timeout=DATABASE_SECONDS)
    finally:
        if not task.done():
            task.cancel()
            _LEFT_BEHIND.add(task)
            task.add_done_callback(_forget)
    if not task.done() or task.cancelled():
        log.warning("the database did not say in time whether Slack may be called")
        return None
    try:
        return task.result()
    except _AWAY as error:
        why = type(error).__name__
        log.warning("the database could not say whether Slack may be called: %s", why)
        return None


def _forget(task: "asyncio.Task[Slot]") -> None:
    """An error of a question that was given up is nobody's."""
    _LEFT_BEHIND.discard(task)
    if not task.cancelled():
        task.exception()
