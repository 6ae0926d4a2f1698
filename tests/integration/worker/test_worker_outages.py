"""The database goes away under a worker: what it held goes on at once, and nobody died of it."""

import asyncio

import pytest

from core.db.database import Database
from core.jobs import store as jobs
from tests.integration.lifecycle import freeze
from tests.integration.worker.queueing import (
    claim,
    put,
    running,
    stored,
    until_drained,
    worker_for,
)


@pytest.fixture
def cut_once(line):
    """Events begun; the first one cuts the line, and it is mended after so many seconds."""
    begun = []

    def make(seconds: float):
        async def handle(context, event):
            begun.append(event.event_id)
            if len(begun) == 1:
                await line.cut()
                mending.append(asyncio.create_task(_mend(line, seconds)))

        return handle, begun

    mending = []
    return make


async def _mend(line, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await line.mend()


async def _cut_and_mend(line, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await line.cut()
    await line.mend()


async def deaths(database: Database, context) -> int:
    async with database.control() as tx:
        return await tx.fetchval(
            "select attempts from control.mailbox where tenant_id = $1", context.tenant_id
        )


async def test_what_broke_off_goes_on_as_soon_as_the_database_answers(
    database, context, far_database, cut_once
):
    handle, begun = cut_once(0.3)
    await put(database, context, "box", "one", "two")

    # The lease alone would hold it back for a minute.
    async with running(worker_for(far_database, context, handle, lease_seconds=60.0)):
        await until_drained(database, context, seconds=15.0)

    assert begun == ["one", "one", "two"]
    assert (await stored(context, "one"))["attempts"] == 0


async def test_what_breaks_off_with_the_database_is_a_line_each_and_no_traceback(
    database, context, far_database, cut_once, caplog
):
    handle, _ = cut_once(0.3)
    await put(database, context, "box", "one")

    async with running(worker_for(far_database, context, handle, lease_seconds=60.0)):
        await until_drained(database, context, seconds=15.0)

    (broke,) = [each for each in caplog.records if each.message.startswith("a drain broke off")]
    assert (broke.levelname, broke.exc_info) == ("WARNING", None)


async def test_between_the_servers_last_words_and_the_end_of_its_connections_no_try_is_counted(
    database, context, far_database, line
):
    """asyncpg is then in a state of its own, in which every statement is an inner error."""
    begun, mending = [], []

    async def handle(tenant, event):
        begun.append(event.event_id)
        if len(begun) > 1:
            return
        await line.say_last_words()
        for _ in range(20):  # until they are here: the loop looks at its sockets each time
            await asyncio.sleep(0)
        mending.append(asyncio.create_task(_cut_and_mend(line, 0.3)))
        async with tenant.db.transaction():
            pass

    await put(database, context, "box", "one")
    async with running(worker_for(far_database, [context], handle, lease_seconds=60.0)):
        await until_drained(database, context, seconds=15.0)

    assert len(begun) > 1
    assert (await stored(context, "one"))["attempts"] == 0


async def test_a_lease_that_ran_out_while_the_database_was_away_is_no_death(
    database, context, far_database, cut_once
):
    handle, begun = cut_once(1.2)
    seen = []

    async def look(tenant, event):
        seen.append(await deaths(database, context))
        await handle(tenant, event)

    await put(database, context, "box", "one")
    async with running(worker_for(far_database, context, look, lease_seconds=0.5)):
        await until_drained(database, context, seconds=15.0)

    assert begun == ["one", "one"]
    assert seen == [0, 0]


async def test_a_lease_from_before_the_servers_start_is_no_death(database, context):
    await put(database, context, "box", "one")
    assert await claim(database, "gone with the server", context, seconds=30.0)
    async with database.control() as tx:
        await tx.execute(
            "update control.mailbox set lease_until = pg_postmaster_start_time() "
            "where tenant_id = $1",
            context.tenant_id,
        )

    (lease,) = await claim(database, "next", context, seconds=30.0)

    assert lease.deaths == 0


async def test_a_lease_that_just_ran_out_is_a_death(database, context):
    await put(database, context, "box", "one")
    await claim(database, "dead", context, seconds=0.0)

    (lease,) = await claim(database, "next", context, seconds=0.0)

    assert lease.deaths == 1


async def test_what_is_given_back_keeps_the_deaths_it_had(database, context):
    await put(database, context, "box", "one")
    await claim(database, "dead", context, seconds=0.0)
    (lease,) = await claim(database, "stopping", context, seconds=0.1)
    async with database.control() as tx:
        await jobs.give_back(tx, "stopping", {lease: 0.0})

    (again,) = await claim(database, "next", context)

    assert again.deaths == 1


async def test_a_worker_does_not_give_up_asking(database, context, far_database, line):
    """An outage that is longer than a lease ends with work done, and not with a dead loop."""
    done = []

    async def handle(tenant, event):
        done.append(event.event_id)

    async with running(worker_for(far_database, context, handle, lease_seconds=0.5)):
        await line.cut()
        await put(database, context, "box", "late")
        await asyncio.sleep(1.0)
        await line.mend()
        await until_drained(database, context)

    assert done == ["late"]


async def test_mail_of_a_tenant_frozen_between_claim_and_drain_is_kept(
    database, context, provisioner
):
    await put(database, context, "box", "one")
    (lease,) = await claim(database, "us", context)
    await freeze(database, provisioner, context.tenant_id)
    database.forget(context.tenant_id)

    await worker_for(database, context, None)._drain.drain(lease)

    async with database.control() as tx:
        held = await tx.fetchrow(
            "select lease_by, attempts from control.mailbox where tenant_id = $1",
            context.tenant_id,
        )
    assert tuple(held) == (None, 0)
