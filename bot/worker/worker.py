"""The worker's loop: claim due mailboxes, drain many at a time, keep the leases alive."""

import asyncio
import logging
import time
from functools import partial

from bot.worker.failures import is_around
from bot.worker.mailboxes import MailboxDrain
from bot.worker.slots import next_claim
from core.db.database import Database
from core.jobs import store as jobs
from core.jobs.jitter import jitter
from core.jobs.model import Lane, Lease
from core.kernel.ids import TenantId

log = logging.getLogger(__name__)

# A turn that is told to stop has so long for what it leaves behind in Slack.
LAST_WORDS_SECONDS = 2.0
# While the database is away, it is asked no less often than this: work goes on so soon after it is back.
LONGEST_REST_SECONDS = 1.0
# Leases are renewed no less often than this, however long they are: a freeze is noticed by that, and
# what runs for a frozen tenant is to stop within five seconds.
LOOK_SECONDS = 3.0


class Worker:
    """Claims due mailboxes of one lane and drains them, many at a time, until it is told to stop.

    Any number of workers may run. A lease is renewed while its drain runs; when this process dies
    the lease runs out on the database's clock and another worker goes on.
    """

    def __init__(
        self,
        database: Database,
        drain: MailboxDrain,
        *,
        name: str,
        lane: Lane = "talking",
        at_once: int = 64,
        lease_seconds: float = 10.0,
        poll_seconds: float = 0.25,
    ) -> None:
        self._database = database
        self._drain = drain
        self._name = name
        self._lane: Lane = lane
        self._at_once = at_once
        self._lease_seconds = lease_seconds
        self._look_seconds = min(lease_seconds / 3, LOOK_SECONDS)
        self._poll_seconds = poll_seconds
        self._running: dict[Lease, asyncio.Task[bool]] = {}
        # What broke off and is not given back yet, with the seconds it then waits. By mailbox.
        self._broken: dict[tuple[str, str], tuple[Lease, float]] = {}
        self._wake = asyncio.Event()
        self._over = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Something was just stored: do not wait for the poll."""
        self._wake.set()

    async def run(self) -> None:
        """Work until `stop` is over. A database that is away is waited for."""
        renewing = asyncio.create_task(self._renew_leases())
        failures = 0
        try:
            while not self._stopping:
                self._wake.clear()
                try:
                    # Before the claim: what ran out while nobody could renew is nobody's death.
                    await self._give_back()
                    more = await self._claim()
                except Exception as error:
                    failures += 1
                    _say_once(failures, "mailboxes could not be claimed", error)
                    more = False
                else:
                    failures = 0
                if not more:
                    await self._rest(failures)
            # What still runs is ours until it has ended, or is handed back.
            await self._over.wait()
        finally:
            renewing.cancel()

    def claim_no_more(self) -> None:
        """Begin nothing from here on; what runs goes on until `stop`."""
        self._stopping = True
        self.wake()

    async def stop(self, grace_seconds: float = 20.0) -> None:
        """Claim nothing more, let running drains end, hand back what does not end in time."""
        self.claim_no_more()
        try:
            await self._end_work(grace_seconds)
        finally:
            self._over.set()

    async def _end_work(self, grace_seconds: float) -> None:
        if self._running:
            await asyncio.wait(self._running.values(), timeout=grace_seconds)
        unfinished = list(self._running.values())
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished, timeout=LAST_WORDS_SECONDS)
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self._give_back()
        except Exception as error:
            log.warning("leases were not handed back, and run out", exc_info=error)

    async def _claim(self) -> bool:
        """Start drains for due mailboxes; True when there may be more at once."""
        limit, full = self._room()
        if limit <= 0:
            return False
        async with self._database.statements() as tx:
            leases = await jobs.claim_mailboxes(
                tx,
                self._name,
                limit=limit,
                seconds=self._lease_seconds,
                busy=full,
                suspects=not any(lease.is_suspect for lease in self._running),
                lane=self._lane,
            )
            if self._stopping:
                # `stop` has already looked at what runs, and would not see these.
                await jobs.give_back(tx, self._name, dict.fromkeys(leases, 0.0))
                return False
        # Our own lease, if it ran out while we could not renew it, is taken up again, not the work.
        at_work = {(lease.tenant_id, lease.mailbox) for lease in self._running}
        for lease in leases:
            self._broken.pop((lease.tenant_id, lease.mailbox), None)
            if (lease.tenant_id, lease.mailbox) not in at_work:
                task = asyncio.create_task(self._drain.drain(lease))
                task.add_done_callback(partial(self._ended, lease))
                self._running[lease] = task
        # Of several suspects all but one were left out.
        return len(leases) == limit or any(lease.is_suspect for lease in leases)

    def _room(self) -> tuple[int, list[TenantId]]:
        return next_claim(self._at_once, (lease.tenant_id for lease in self._running))

    def _ended(self, lease: Lease, task: asyncio.Task[bool]) -> None:
        """A drain is over. Looked for mail again only if there was no room for something: with a
        long line, a look for each turn that ends would keep the database busy with nothing else."""
        limit, full = self._room()
        self._running.pop(lease, None)
        had_room = limit > 0 and full == self._room()[1]
        if self._broke_off(lease, task) or task.result() or lease.is_suspect or not had_room:
            self._wake.set()

    def _broke_off(self, lease: Lease, task: asyncio.Task[bool]) -> bool:
        """A drain that broke off still holds its lease: it is given back as soon as the database
        answers, unless the fault may be the event's own. Then it runs out, and that counts as if
        this worker had died of it."""
        if task.cancelled():
            self._broken[(lease.tenant_id, lease.mailbox)] = (lease, 0.0)
            return True
        error = task.exception()
        if error is None:
            return False
        if is_around(error):
            # One line: when the database goes, all that run break off at once.
            log.warning("a drain broke off: %s", type(error).__name__)
            self._broken[(lease.tenant_id, lease.mailbox)] = (lease, 0.1 + jitter())
        else:
            log.error("a drain broke off", exc_info=error)
        return True

    async def _give_back(self) -> None:
        """Give back what broke off; what somebody else has claimed meanwhile stays theirs."""
        given = dict(self._broken)
        if not given:
            return
        async with self._database.statements() as tx:
            await jobs.give_back(tx, self._name, dict(given.values()))
        for mailbox, pair in given.items():
            if self._broken.get(mailbox) is pair:
                del self._broken[mailbox]

    async def _rest(self, failures: int) -> None:
        """Until the next poll, or a wake-up. A database that is away is asked less and less often."""
        seconds = self._poll_seconds
        if failures:
            seconds = min(seconds * 2 ** min(failures, 10), LONGEST_REST_SECONDS)
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _renew_leases(self) -> None:
        """Keep what runs ours; stop what is not, and all of it once no lease can be relied on."""
        renewed_at = time.monotonic()
        failures = 0
        while True:
            await asyncio.sleep(self._look_seconds)
            # A snapshot: a mailbox claimed while the update runs must not look lost.
            held = dict(self._running)
            try:
                kept = await self._renew(list(held))
            except Exception as error:
                failures += 1
                _say_once(failures, "leases could not be renewed", error)
                if time.monotonic() - renewed_at < self._lease_seconds:
                    continue
                kept = set()
            else:
                failures = 0
                renewed_at = time.monotonic()
            for lease, task in held.items():
                if (lease.tenant_id, lease.mailbox) not in kept and not task.done():
                    log.warning("lease lost: work on this mailbox stops here")
                    task.cancel()

    async def _renew(self, held: list[Lease]) -> set[tuple[str, str]]:
        """(tenant, mailbox) of what is still ours. Raises when the database does not say in time."""
        if not held:
            return set()
        async with asyncio.timeout(self._look_seconds), self._database.control() as tx:
            return await jobs.renew_leases(tx, self._name, held, seconds=self._lease_seconds)


def _say_once(failures: int, what: str, error: Exception) -> None:
    """A database that is away for a minute is one line, and not a hundred."""
    if failures == 1:
        log.error(what, exc_info=error)
