"""A lease is the right to one mailbox: it is never used twice, nor after it has run out."""

import asyncio

import pytest

from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.db.database import Database
from core.db.pool import open_pool
from tests.integration.lifecycle import as_admin
from tests.integration.worker.queueing import claim, is_true, put, until


@pytest.fixture
def worker_on(context):
    """A worker that does our tenant's events on a given database."""

    def make(database, handle, **options) -> Worker:
        async def nobody(context, event, reference):
            raise AssertionError("nothing should be given up")

        async def handle_ours(found, event):
            if found.tenant_id == context.tenant_id:
                await handle(event)

        drain = MailboxDrain(database, handle_ours, nobody)
        return Worker(database, drain, name=f"test-{id(drain)}", **options)

    return make


async def test_a_worker_does_not_claim_what_it_works_on_already(database, context, worker_on):
    """After a pause (a laptop's lid, a database restart) its own lease may have run out."""
    begun, may_end = [], asyncio.Event()

    async def handle(event):
        begun.append(event.event_id)
        await may_end.wait()

    async def expire() -> str | None:
        async with database.control() as tx:
            return await tx.fetchval(
                "update control.mailbox set lease_until = now() - interval '1 ms' "
                "where tenant_id = $1 and lease_by is not null returning lease_by",
                context.tenant_id,
            )

    async def is_taken_again() -> bool:
        async with database.control() as tx:
            return await tx.fetchval(
                "select lease_until > now() and attempts = 0 from control.mailbox "
                "where tenant_id = $1",
                context.tenant_id,
            )

    await put(database, context, "box", "long")
    worker = worker_on(database, handle, lease_seconds=0.2, poll_seconds=0.01)
    running = asyncio.create_task(worker.run())
    await until(is_true(lambda: begun))
    assert await expire()
    await until(is_taken_again)
    may_end.set()
    await worker.stop()
    await running

    assert begun == ["long"]


async def test_work_stops_when_its_lease_cannot_be_renewed(
    service_dsn, master, database, context, worker_on
):
    ended = asyncio.Event()
    begun = asyncio.Event()

    async def handle(event):
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    pool = await open_pool(service_dsn, size=2)
    await put(database, context, "box", "long")
    worker = worker_on(Database(pool, master), handle, lease_seconds=0.6)
    running = asyncio.create_task(worker.run())
    await asyncio.wait_for(begun.wait(), 10)
    pool.terminate()

    await asyncio.wait_for(ended.wait(), 10)
    worker._stopping = True
    worker.wake()
    await running

    async with database.control() as tx:
        kept = await tx.fetchval(
            "select count(*) from control.mailbox where tenant_id = $1", context.tenant_id
        )
    assert kept == 1  # what was stopped is not lost: another worker finds it


async def test_what_is_claimed_while_stopping_is_handed_back(
    database, context, worker_on, provisioner
):
    async def handle(event):
        raise AssertionError("a stopping worker begins nothing")

    await put(database, context, "box", "late")
    worker = worker_on(database, handle)
    async with as_admin(provisioner) as blocker, blocker.transaction():
        await blocker.execute("lock table control.mailbox in exclusive mode")
        running = asyncio.create_task(worker.run())
        await until(_is_waiting(database))
        await worker.stop()
    await running

    assert [lease.mailbox for lease in await claim(database, "next", context)] == ["box"]


def _is_waiting(database):
    """Somebody waits for a lock on the mailboxes."""

    async def look() -> bool:
        async with database.control() as tx:
            return await tx.fetchval(
                "select exists (select from pg_locks "
                "where relation = 'control.mailbox'::regclass and not granted)"
            )

    return look
