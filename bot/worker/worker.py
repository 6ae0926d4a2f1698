"""The worker's loop: claim due mailboxes, drain many at a time, keep the leases alive."""

import asyncio
import logging
import time

from bot.worker.mailboxes import MailboxDrain
from core.db.database import Database
from core.jobs import store as jobs
from core.jobs.model import Lease

log = logging.getLogger(__name__)


class Worker:
    """Claims due mailboxes and drains them, many at a time, until it is told to stop.

    Any number of workers may run. A lease is renewed while its drain runs; when this process dies
    the lease runs out on the database's clock and another worker goes on.
    """

    def __init__(
        self,
        database: Database,
        drain: MailboxDrain,
        *,
        name: str,
        at_once: int = 64,
        lease_seconds: float = 10.0,
        poll_seconds: float = 0.25,
    ) -> None:
        self._database = database
        self._drain = drain
        self._name = name
        self._at_once = at_once
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds
        self._running: dict[Lease, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Something was just stored by this process: do not wait for the poll."""
        self._wake.set()

    async def run(self) -> None:
        """Work until `stop`. A database that is away is waited for."""
        renewing = asyncio.create_task(self._renew_leases())
        try:
            while not self._stopping:
                self._wake.clear()
                if not await self._claim():
                    await self._rest()
        finally:
            renewing.cancel()

    async def stop(self, grace_seconds: float = 25.0) -> None:
        """Claim nothing more, let running drains end, hand back what does not end in time."""
        self._stopping = True
        self.wake()
        if self._running:
            await asyncio.wait(self._running.values(), timeout=grace_seconds)
        unfinished = list(self._running.items())
        for _, task in unfinished:
            task.cancel()
        await asyncio.gather(*(task for _, task in unfinished), return_exceptions=True)
        async with self._database.control() as tx:
            for lease, _ in unfinished:
                await jobs.release(tx, lease)

    async def _claim(self) -> bool:
        """Start drains for due mailboxes; True when there may be more at once."""
        free = self._at_once - len(self._running)
        if free <= 0:
            return False
        try:
            async with self._database.control() as tx:
                leases = await jobs.claim_mailboxes(
                    tx, self._name, limit=free, seconds=self._lease_seconds
                )
                if self._stopping:
                    # `stop` has already looked at what runs, and would not see these.
                    for lease in leases:
                        await jobs.release(tx, lease)
                    return False
        except Exception:
            log.exception("mailboxes could not be claimed")
            return False
        # Our own lease, if it ran out while we could not renew it, is taken up again, not the work.
        at_work = {(lease.tenant_id, lease.mailbox) for lease in self._running}
        for lease in leases:
            if (lease.tenant_id, lease.mailbox) not in at_work:
                self._running[lease] = asyncio.create_task(self._drain_one(lease))
        return len(leases) == free

    async def _drain_one(self, lease: Lease) -> None:
        try:
            await self._drain.drain(lease)
        except Exception:
            log.exception("a drain broke off; its lease will run out")
        finally:
            self._running.pop(lease, None)
            self._wake.set()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _renew_leases(self) -> None:
        """Keep what runs ours; stop what is not, and all of it once no lease can be relied on."""
        renewed_at = time.monotonic()
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            # A snapshot: a mailbox claimed while the update runs must not look lost.
            held = dict(self._running)
            try:
                kept = await self._renew(list(held))
            except Exception:
                log.exception("leases could not be renewed")
                if time.monotonic() - renewed_at < self._lease_seconds:
                    continue
                kept = set()
            else:
                renewed_at = time.monotonic()
            for lease, task in held.items():
                if (lease.tenant_id, lease.mailbox) not in kept and not task.done():
                    log.warning("lease lost: work on this mailbox stops here")
                    task.cancel()

    async def _renew(self, held: list[Lease]) -> set[tuple[str, str]]:
        """(tenant, mailbox) of what is still ours. Raises when the database does not say in time."""
        if not held:
            return set()
        async with asyncio.timeout(self._lease_seconds / 3), self._database.control() as tx:
            return await jobs.renew_leases(tx, self._name, held, seconds=self._lease_seconds)
