"""Drain mailboxes: claim a conversation's lease, do its events in order, give the lease back."""

import logging
from collections.abc import Awaitable, Callable

from bot.slack.pacing.patience import work_of_age
from bot.worker.failures import wait_out
from core.db.database import Database
from core.db.tenant import TenantContext
from core.jobs import store as jobs
from core.jobs.jitter import jitter
from core.jobs.model import MAX_ATTEMPTS, MOST_DEATHS, InboxEvent, Lease, backoff_seconds
from core.jobs.set_aside import set_aside
from core.kernel.errors import Busy, DomainError, NotFound
from core.kernel.ids import new_reference

log = logging.getLogger(__name__)

Handle = Callable[[TenantContext, InboxEvent], Awaitable[None]]
# How long the mail of a tenant that cannot be served now waits for the next look.
AGAIN_SECONDS = 5.0

# Tell whoever waits for an event that it is given up; the text is the reference in the log.
GiveUp = Callable[[TenantContext, InboxEvent, str], Awaitable[None]]
# Tell an owner that one was, and nothing of it.
GaveUp = Callable[[TenantContext, str], Awaitable[None]]


class MailboxDrain:
    """What one lease is good for. *handle* does an event; *give_up* tells the person; *gave_up* tells
    an owner of an event that cannot even be given up in words."""

    def __init__(
        self, database: Database, handle: Handle, give_up: GiveUp, gave_up: GaveUp
    ) -> None:
        self._database = database
        self._handle = handle
        self._give_up = give_up
        self._gave_up = gave_up

    async def drain(self, lease: Lease) -> bool:
        """Do what waits, oldest first; leave the rest to a retry when an event fails.

        True when the mailbox may be claimed again at once. What the database raises is the
        caller's: the lease is then still held.
        """
        context = await self._open(lease)
        if context is None:
            return False
        while (event := await self._next(context, lease)) is not None:
            if lease.deaths >= MOST_DEATHS:
                again = await self._drop(context, event, new_reference())
            elif lease.deaths >= MAX_ATTEMPTS or event.attempts >= MAX_ATTEMPTS:
                # Every worker that began it died of it, or it failed too often: it runs no more.
                again = await self._abandon(context, event, new_reference())
            else:
                again = await self._attempt(context, event)
            if again is not None and lease.deaths >= MAX_ATTEMPTS:
                await self._give_back(lease, again)
                return False
            # Deaths were this event's. The next one begins anew, with none.
            if again is not None or lease.deaths:
                await self._release(lease, again or 0.0)
                return again is None
        return await self._remove(lease)

    async def _open(self, lease: Lease) -> TenantContext | None:
        """Whom the mail is for; None when it is left for later, or dropped."""
        try:
            return await self._database.tenant(lease.tenant_id)
        except Busy:
            raise
        except NotFound:
            log.info("mailbox of a tenant that is gone dropped")
            await self._remove(lease)
        except DomainError as error:
            # Frozen, being migrated, or opened with a key this process has not: later.
            log.warning("mailbox left for later", extra={"reason": str(error)})
            await self._give_back(lease, AGAIN_SECONDS)
        return None

    async def _next(self, context: TenantContext, lease: Lease) -> InboxEvent | None:
        async with context.db.transaction() as tx:
            return await jobs.next_event(tx, lease.mailbox)

    async def _attempt(self, context: TenantContext, event: InboxEvent) -> float | None:
        """Do one event. Returns seconds until the next try, or None when it is finished."""
        try:
            with work_of_age(event.age_seconds):
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
        about = {"reference": reference, "event": event.event_id}
        seconds = wait_out(error, event.age_seconds, jitter())
        if seconds is not None:
            cause = type(error.__cause__ or error).__name__
            log.warning("event waits", extra=about | {"for": cause, "seconds": round(seconds, 1)})
            return seconds
        log.warning("event failed", exc_info=error, extra=about | {"tries": event.attempts + 1})
        async with context.db.transaction() as tx:
            attempts = await jobs.count_attempt(tx, event.id, f"ref {reference}")
        if attempts < MAX_ATTEMPTS:
            return backoff_seconds(attempts, jitter())
        return await self._abandon(context, event, reference)

    async def _abandon(
        self, context: TenantContext, event: InboxEvent, reference: str
    ) -> float | None:
        """Tell the person, and keep the event aside with the reference that is in the log.

        Returns seconds when the telling has to wait: then nothing is set aside yet.
        """
        log.error("event set aside", extra={"reference": reference, "event": event.event_id})
        try:
            await self._give_up(context, event, reference)
        except Exception as error:
            seconds = wait_out(error, event.age_seconds, jitter())
            if seconds is not None:
                return seconds
            log.exception("the person could not be told", extra={"reference": reference})
        await self._tell_owner(context, reference)
        await set_aside(context, event, reference)
        return None

    async def _drop(
        self, context: TenantContext, event: InboxEvent, reference: str
    ) -> float | None:
        """Set an event aside that killed those who gave it up, too. Nothing of it is read any more,
        and an owner is told by whoever does that task."""
        log.error(
            "event set aside, and who sent it is not told: each try to tell killed its worker",
            extra={"reference": reference, "event": event.event_id},
        )
        await set_aside(context, event, reference)
        await self._tell_owner(context, reference)
        return None

    async def _tell_owner(self, context: TenantContext, reference: str) -> None:
        """Once it is over, and not with each try to tell the person."""
        try:
            await self._gave_up(context, reference)
        except Exception:
            log.exception("the owner could not be told", extra={"reference": reference})

    async def _release(self, lease: Lease, delay_seconds: float) -> None:
        async with self._database.control() as tx:
            await jobs.release(tx, lease, delay_seconds=delay_seconds)

    async def _give_back(self, lease: Lease, delay_seconds: float) -> None:
        async with self._database.control() as tx:
            await jobs.give_back(tx, lease.worker, {lease: delay_seconds})

    async def _remove(self, lease: Lease) -> bool:
        """True when something came meanwhile, so that the mailbox stays."""
        async with self._database.control() as tx:
            if await jobs.remove_drained(tx, lease):
                return False
            await jobs.release(tx, lease)
            return True
