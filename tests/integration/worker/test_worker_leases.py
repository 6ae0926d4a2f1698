"""A lease is the right to one mailbox: it is never used twice, nor after it has run out."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.db.database import Database
from core.db.pool import open_pool
from core.db.scope import schema_of
from core.jobs import store as jobs
from core.lifecycle.freeze_tenant import freeze_tenant
from tests.integration.lifecycle import RULES, as_admin
from tests.integration.worker.queueing import claim, is_true, put, running, until


@pytest.fixture
def worker_on(context):
    """A worker that does our tenant's events on a given database."""

    def make(database, handle, **options) -> Worker:
        async def nobody(context, event, reference):
            raise AssertionError("nothing should be given up")

        async def handle_ours(found, event):
            if found.tenant_id == context.tenant_id:
                await handle(event)

        drain = MailboxDrain(database, handle_ours, nobody, nobody)
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
    await worker.stop()
    await running

    async with database.control() as tx:
        kept = await tx.fetchval(
            "select count(*) from control.mailbox where tenant_id = $1", context.tenant_id
        )
    assert kept == 1  # what was stopped is not lost: another worker finds it


async def test_a_long_lease_does_not_let_a_frozen_tenants_work_go_on(
    database, provisioner, context, worker_on
):
    """A third of it would be twenty seconds."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def handle(event):
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with running(worker_on(database, handle, lease_seconds=60.0)):
        await put(database, context, "box", "long")
        await asyncio.wait_for(begun.wait(), 10)
        frozen_at = await _now(database)
        await freeze_tenant(
            database, provisioner, context.tenant_id, RULES, actor="UANA", reference="r"
        )
        await asyncio.wait_for(ended.wait(), 60)
        assert await _now(database) - frozen_at < timedelta(seconds=15)

    async with as_admin(provisioner) as admin:
        event = await admin.fetchrow(
            f"select state, attempts, payload from {schema_of(context.tenant_id)}.inbox_event"
        )
    # Stopped, and neither done nor failed: a thaw goes on with it.
    assert tuple(event) == ("waiting", 0, "{}")


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


async def test_who_is_about_to_stop_claims_nothing_and_keeps_what_runs(
    database, context, worker_on
):
    """Else a turn that is given time to end is begun by another worker meanwhile."""
    begun, may_end = [], asyncio.Event()

    async def handle(event):
        begun.append(event.event_id)
        await may_end.wait()

    async def lease_until():
        async with database.control() as tx:
            return await tx.fetchval(
                "select lease_until from control.mailbox"
                " where tenant_id = $1 and lease_by is not null",
                context.tenant_id,
            )

    await put(database, context, "box", "runs")
    worker = worker_on(database, handle, lease_seconds=0.6, poll_seconds=0.01)
    running = asyncio.create_task(worker.run())
    await until(is_true(lambda: begun))
    worker.claim_no_more()
    await put(database, context, "other box", "late")
    first = await lease_until()

    async def is_renewed_twice() -> bool:
        return await lease_until() > first + timedelta(seconds=0.3)

    await until(is_renewed_twice)
    assert begun == ["runs"]
    may_end.set()
    await worker.stop()
    await running

    assert [lease.mailbox for lease in await claim(database, "next", context)] == ["other box"]


@pytest.mark.parametrize("statement", ["renew", "give back"])
async def test_mailboxes_are_locked_in_one_order_whatever_order_they_are_named_in(
    database, context, statement
):
    """Two workers, or two statements of one, that lock the same two would else wait for each other."""
    await put(database, context, "a", "1")
    await put(database, context, "b", "2")
    held = sorted(await claim(database, "worker", context), key=lambda lease: lease.mailbox)
    assert [lease.mailbox for lease in held] == ["a", "b"]
    held.reverse()

    async def lock_both() -> None:
        async with database.control() as tx:
            if statement == "renew":
                await jobs.renew_leases(tx, "worker", held, seconds=5.0)
            else:
                await jobs.give_back(tx, "worker", dict.fromkeys(held, 0.0))

    async with database.control() as tx:
        await tx.fetch(LOCK, context.tenant_id, "a")
        locking = asyncio.create_task(lock_both())
        await until(_waits_for_a_row(database))
        assert len(await tx.fetch(LOCK, context.tenant_id, "b")) == 1
    await locking


LOCK = """select mailbox from control.mailbox where tenant_id = $1 and mailbox = $2
for update skip locked"""


async def _now(database) -> datetime:
    """On the database's clock, as leases are."""
    async with database.control() as tx:
        return await tx.fetchval("select now()")


def _waits_for_a_row(database):
    """Somebody waits for another transaction to end."""

    async def look() -> bool:
        async with database.control() as tx:
            return await tx.fetchval(
                "select exists (select from pg_locks where not granted "
                "and locktype in ('tuple', 'transactionid'))"
            )

    return look


def _is_waiting(database):
    """Somebody waits for a lock on the mailboxes."""

    async def look() -> bool:
        async with database.control() as tx:
            return await tx.fetchval(
                "select exists (select from pg_locks "
                "where relation = 'control.mailbox'::regclass and not granted)"
            )

    return look
