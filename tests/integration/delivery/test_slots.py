"""A pace that all processes keep together: so many slots and no more, on the database's clock."""

import asyncio
import os

import asyncpg
import pytest

from core.pacing import store
from core.pacing.model import Limit
from core.pacing.take_slot import forget_rested, hold, take_slot
from tests.integration.worker.queueing import until


@pytest.fixture
def limit():
    return Limit(os.urandom(32).hex(), interval=1000.0, burst=5)


async def test_of_many_at_once_only_the_burst_gets_a_slot(database, limit):
    slots = await asyncio.gather(*(take_slot(database, limit) for _ in range(20)))

    assert sum(slot.taken for slot in slots) == 5
    assert all(slot.seconds > 0 for slot in slots if not slot.taken)


async def test_who_waited_for_anothers_slots_learns_how_things_stand_after_them(
    database, limit, admin_dsn
):
    """Its statement began before they were taken, and sees the bucket as it was then."""
    await take_slot(database, limit)
    admin = await asyncpg.connect(admin_dsn)

    async def is_held_up() -> bool:
        return await admin.fetchval(
            "select exists (select from pg_stat_activity where wait_event_type = 'Lock'"
            " and query like '%control.rate_limit%')"
        )

    async with database.control() as tx:
        for _ in range(4):
            assert (await store.take_slot(tx, limit, 0.0)).taken
        late = asyncio.create_task(take_slot(database, limit))
        await until(is_held_up)
    await admin.close()

    assert not (await late).taken
    assert 900 < (await late).seconds <= 1000


async def test_who_may_wait_gets_the_next_slots_in_turn(database, limit):
    slots = [await take_slot(database, limit, max_wait=2500) for _ in range(9)]

    assert [round(slot.seconds, -3) for slot in slots] == [0] * 5 + [1000, 2000, 3000, 3000]
    assert [slot.taken for slot in slots] == [True] * 7 + [False] * 2


async def test_a_hold_is_for_everybody_and_a_shorter_one_does_not_end_it(database, limit):
    await hold(database, limit, 3000)
    await hold(database, limit, 1)
    held = await take_slot(database, limit)
    other = await take_slot(database, Limit(os.urandom(32).hex(), 10.0, 5))

    assert not held.taken
    assert 2900 < held.seconds <= 3000
    assert other.taken


async def test_after_the_interval_there_is_a_slot_again(database):
    limit = Limit(os.urandom(32).hex(), interval=1000.0, burst=1)
    first, second = await take_slot(database, limit), await take_slot(database, limit)
    async with database.control() as tx:
        await tx.execute(
            "update control.rate_limit set next_at = next_at - interval '1000 seconds' "
            "where bucket = $1",
            limit.bucket,
        )
    third, fourth = await take_slot(database, limit), await take_slot(database, limit)

    assert [slot.taken for slot in (first, second, third, fourth)] == [True, False, True, False]
    assert 0 < second.seconds <= 1000


async def test_only_buckets_that_have_rested_are_forgotten(database, limit):
    old = Limit(os.urandom(32).hex(), 10.0, 5)
    await take_slot(database, limit)
    await take_slot(database, old)
    async with database.control() as tx:
        await tx.execute(
            "update control.rate_limit set next_at = now() - interval '2 hours' where bucket = $1",
            old.bucket,
        )
    await forget_rested(database)
    async with database.control() as tx:
        rows = await tx.fetch(
            "select bucket from control.rate_limit where bucket = any($1)",
            [limit.bucket, old.bucket],
        )

    assert [row["bucket"] for row in rows] == [limit.bucket]
