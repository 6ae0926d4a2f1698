"""Drain mailboxes: claim a conversation's lease, do its events in order, give the lease back."""

import logging
import random
from collections.abc import Awaitable, Callable

from core.db.database import Database
from core.db.tenant import TenantContext
from core.jobs import store as jobs
from core.jobs.model import MAX_ATTEMPTS, InboxEvent, Lease, backoff_seconds
from core.kernel.errors import DomainError, Unavailable
from core.kernel.ids import new_reference

log = logging.getLogger(__name__)

Handle = Callable[[TenantContext, InboxEvent], Awaitable[None]]
# How long the mail of a tenant that cannot be served now waits for the next look.
AGAIN_SECONDS = 5.0

GiveUp = Callable[[TenantContext, InboxEvent, str], Awaitable[None]]


class MailboxDrain:
    """What one lease is good for. *handle* does an event; *give_up* tells the person."""

    def __init__(self, database: Database, handle: Handle, give_up: GiveUp) -> None:
        self._database = database
        self._handle = handle
        self._give_up = give_up

    async def drain(self, lease: Lease) -> None:
        """Do what waits, oldest first; leave the rest to a retry when an event fails."""
        try:
            context = await self._database.tenant(lease.tenant_id)
        except Unavailable as error:
            # Being migrated, or opened with a key this process has not: it is not lost, but later.
            log.warning("mailbox left for later", extra={"reason": str(error)})
            async with self._database.control() as tx:
                await jobs.release(tx, lease, delay_seconds=AGAIN_SECONDS)
            return
        except DomainError as error:
            log.info("mailbox of a tenant that is off dropped", extra={"reason": str(error)})
            await self._remove(lease)
            return
        if lease.deaths >= MAX_ATTEMPTS:
            await self._set_aside_the_killer(context, lease)
            return
        while (event := await self._next(context, lease)) is not None:
            delay = await self._attempt(context, event)
            if delay is not None:
                async with self._database.control() as tx:
                    await jobs.release(tx, lease, delay_seconds=delay)
                return
        await self._remove(lease)

    async def _set_aside_the_killer(self, context: TenantContext, lease: Lease) -> None:
        """Every worker that began this mailbox's first event died of it: it runs no more."""
        if (event := await self._next(context, lease)) is not None:
            await self._abandon(context, event, new_reference())
        async with self._database.control() as tx:
            await jobs.release(tx, lease)

    async def _next(self, context: TenantContext, lease: Lease) -> InboxEvent | None:
        async with context.db.transaction() as tx:
            return await jobs.next_event(tx, lease.mailbox)

    async def _attempt(self, context: TenantContext, event: InboxEvent) -> float | None:
        """Do one event. Returns seconds until the next try, or None when it is finished."""
        try:
            await self._handle(context, event)
        except Exception as error:
            return await self._failed(context, event, error)
        async with context.db.transaction() as tx:
            await jobs.complete_event(tx, event.id)
        return None

    async def _failed(
        self, context: TenantContext, event: InboxEvent, error: Exception
    ) -> float | None:
        reference = new_reference()
        log.warning(
            "event failed",
            exc_info=error,
            extra={"reference": reference, "event": event.event_id, "tries": event.attempts + 1},
        )
        async with context.db.transaction() as tx:
            attempts = await jobs.count_attempt(tx, event.id, f"ref {reference}")
        if attempts < MAX_ATTEMPTS:
            return backoff_seconds(attempts, random.random())  # noqa: S311 - jitter, not a secret
        await self._abandon(context, event, reference)
        return None

    async def _abandon(self, context: TenantContext, event: InboxEvent, reference: str) -> None:
        """Tell the person, and keep the event aside with the reference that is in the log."""
        log.error("event set aside", extra={"reference": reference, "event": event.event_id})
        try:
            await self._give_up(context, event, reference)
        except Exception:
            log.exception("the person could not be told", extra={"reference": reference})
        async with context.db.transaction() as tx:
            await jobs.set_aside_event(tx, event.id, f"ref {reference}")

    async def _remove(self, lease: Lease) -> None:
        async with self._database.control() as tx:
            if not await jobs.remove_drained(tx, lease):
                await jobs.release(tx, lease)
