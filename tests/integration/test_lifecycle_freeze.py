"""Freeze and thaw: a tenant is served nowhere, its jobs stop, nothing of it is lost."""

import asyncio
from datetime import timedelta

import pytest

from bot.intake.batch import EventBatch
from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.db.database import Database
from core.db.pool import open_pool
from core.jobs import store as jobs
from core.jobs.model import IncomingEvent
from core.kernel.errors import Conflict, NotFound, Refused
from core.kernel.ids import TenantId, new_id
from core.lifecycle import store
from core.lifecycle.freeze_tenant import freeze_tenant, thaw_tenant
from tests.integration.lifecycle import RULES, actions, as_admin, one
from tests.integration.worker.queueing import until


@pytest.fixture
def freeze(database, provisioner):
    async def run(context):
        return await freeze_tenant(
            database, provisioner, context.tenant_id, RULES, actor="UANA", reference="r1"
        )

    return run


@pytest.fixture
def thaw(database, provisioner):
    async def run(context):
        await thaw_tenant(database, provisioner, context.tenant_id, actor="UANA", reference="r2")

    return run


@pytest.fixture
async def other_process(service_dsn, master, through_pooler):
    """Another process's view of the same database, with caches of its own."""
    pool = await open_pool(service_dsn, size=2, pooled=through_pooler)
    yield Database(pool, master)
    await pool.close()


async def put(database, context, *event_ids, mailbox="box"):
    events = [IncomingEvent(context.tenant_id, mailbox, each, "event", "{}") for each in event_ids]
    await EventBatch(database, lambda: None).accept(events[0])
    for event in events[1:]:
        await EventBatch(database, lambda: None).accept(event)


async def stored(provisioner, context) -> int:
    return await one(provisioner, f"select count(*) from tenant_{context.tenant_id}.inbox_event")


async def claim(database) -> list[TenantId]:
    async with database.control() as tx:
        leases = await jobs.claim_mailboxes(tx, "test", limit=1000, seconds=5)
    return [lease.tenant_id for lease in leases]


async def test_a_frozen_tenant_is_refused_and_says_when_it_goes(
    database, provisioner, context, freeze
):
    erase_after = await freeze(context)

    with pytest.raises(Refused, match="switched off"):
        await database.tenant(context.tenant_id)
    async with database.control() as tx:
        found = await store.find_registered(tx, context.tenant_id)
    assert found is not None
    assert found.status == "frozen"
    assert found.frozen_at is not None
    assert erase_after == found.erase_after == found.frozen_at + timedelta(days=30)
    assert await actions(provisioner, context.tenant_id) == [("lifecycle:tenant:freeze", "done")]


async def test_freezing_twice_changes_nothing_and_is_one_row(provisioner, context, freeze):
    assert await freeze(context) == await freeze(context)
    assert await actions(provisioner, context.tenant_id) == [("lifecycle:tenant:freeze", "done")]


async def test_a_freeze_that_cannot_be_audited_does_not_happen(
    database, provisioner, context, freeze
):
    async with as_admin(provisioner) as admin:
        await admin.execute(
            f"alter table tenant_{context.tenant_id}.audit_event"
            " add constraint full_up check (action not like 'lifecycle%')"
        )

    with pytest.raises(Exception, match="could not be written to the audit log"):
        await freeze(context)

    assert await database.tenant(context.tenant_id)


async def test_another_process_notices_when_its_memory_of_the_tenant_ends(
    context, freeze, other_process, monkeypatch
):
    monkeypatch.setattr("core.db.database.CONTEXT_SECONDS", 0.3)
    await other_process.tenant(context.tenant_id)
    await freeze(context)
    assert await other_process.tenant(context.tenant_id), "for so long it need not know"

    await until(lambda: _is_refused(other_process, context), 5)


async def _is_refused(database, context) -> bool:
    try:
        await database.tenant(context.tenant_id)
    except Refused:
        return True
    return False


async def test_events_for_a_frozen_tenant_are_answered_and_not_stored(
    database, provisioner, context, freeze, thaw
):
    await freeze(context)
    await put(database, context, "late-1", "late-2")

    assert await stored(provisioner, context) == 0
    await thaw(context)
    await put(database, context, "in-time")
    assert await stored(provisioner, context) == 1


async def test_what_waits_for_a_frozen_tenant_is_not_begun_and_wakes_when_it_is_thawed(
    database, context, freeze, thaw
):
    await put(database, context, "waiting")
    await freeze(context)
    assert context.tenant_id not in await claim(database)

    await thaw(context)

    assert context.tenant_id in await claim(database)


async def test_a_wake_up_that_came_in_with_the_freeze_is_not_claimed(
    database, provisioner, context, freeze
):
    await freeze(context)
    async with as_admin(provisioner) as admin:
        await admin.execute(
            "insert into control.mailbox (tenant_id, mailbox) values ($1, 'box')",
            context.tenant_id,
        )

    assert context.tenant_id not in await claim(database)


async def test_a_job_that_runs_stops_and_is_done_after_the_thaw(
    database, provisioner, context, freeze, thaw
):
    begun, stopped, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handle(served, event):
        if begun.is_set():
            done.set()
            return
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async def give_up(*_):
        raise AssertionError("nothing is given up")

    async def only_ours(served, event):
        if served.tenant_id == context.tenant_id:
            await handle(served, event)

    drain = MailboxDrain(database, only_ours, give_up, give_up)
    worker = Worker(database, drain, name="test-freeze", lease_seconds=0.9)
    task = asyncio.create_task(worker.run())
    await put(database, context, "long")
    await asyncio.wait_for(begun.wait(), 10)
    await freeze(context)
    await asyncio.wait_for(stopped.wait(), 5)
    await thaw(context)
    await asyncio.wait_for(done.wait(), 10)
    await worker.stop()
    await task

    assert done.is_set()


async def test_thawing_needs_a_frozen_tenant_and_freezing_one_that_is_there(
    database, provisioner, context, freeze, thaw
):
    with pytest.raises(Conflict, match="not frozen"):
        await thaw(context)
    for change in (freeze_tenant, thaw_tenant):
        rules = (RULES,) if change is freeze_tenant else ()
        with pytest.raises(NotFound):
            await change(
                database, provisioner, TenantId(new_id()), *rules, actor="UANA", reference="r"
            )

    await freeze(context)
    await thaw(context)

    assert await database.tenant(context.tenant_id)
    assert await actions(provisioner, context.tenant_id) == [
        ("lifecycle:tenant:freeze", "done"),
        ("lifecycle:tenant:thaw", "done"),
    ]


async def test_nothing_is_sent_with_the_token_of_a_frozen_tenant(stage):
    context = stage.tenants["northwind"]
    services = stage.product.services
    assert await stage.product.clients.of(context)

    await freeze_tenant(
        services.database,
        services.provisioner,
        context.tenant_id,
        RULES,
        actor="UANA",
        reference="r",
    )

    # The token is still kept, for TOKEN_SECONDS; the tenant's state is asked for all the same.
    with pytest.raises(Refused):
        await stage.product.clients.of(context)


async def test_two_freezes_and_a_thaw_at_once_end_in_one_state(
    database, provisioner, context, freeze, thaw
):
    await asyncio.gather(freeze(context), freeze(context), thaw(context), return_exceptions=True)
    await until(lambda: _settled(provisioner, context), 5)

    status = await one(
        provisioner,
        "select status from control.tenant where tenant_id = $1",
        context.tenant_id,
    )
    acts = await actions(provisioner, context.tenant_id)
    assert acts[-1] == (f"lifecycle:tenant:{'freeze' if status == 'frozen' else 'thaw'}", "done")


async def _settled(provisioner, context) -> bool:
    row = await one(
        provisioner,
        "select status || (erase_after is null) || (frozen_at is null) from control.tenant"
        " where tenant_id = $1",
        context.tenant_id,
    )
    return row in ("frozenfalsefalse", "activetruetrue")
