"""A bell wakes the workers of other processes; without it, mail is found by looking."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg
import pytest

from core.jobs.wake_ups import CHANNEL, listening, open_bell
from tests.integration.worker.queueing import (
    is_true,
    put,
    put_all,
    running,
    until,
    until_drained,
    worker_for,
)


class Ears:
    """How often a wake-up was heard."""

    def __init__(self) -> None:
        self.heard = 0

    def wake(self) -> None:
        self.heard += 1


@pytest.fixture
def hang_up(admin_dsn):
    """End every connection that rings or listens, as a restart of the server does."""

    async def end() -> int:
        admin = await asyncpg.connect(admin_dsn)
        try:
            return await admin.fetchval(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                "where application_name = 'aegis wake-ups'"
            )
        finally:
            await admin.close()

    return end


@asynccontextmanager
async def bell_and_ears(dsn):
    ears = Ears()
    async with open_bell(dsn, lambda: None) as ring, listening(dsn, ears.wake):
        # The first wake-up says that it listens.
        await until(is_true(lambda: ears.heard))
        yield ring, ears


async def test_a_bell_is_heard_on_another_connection(listen_dsn):
    async with bell_and_ears(listen_dsn) as (ring, ears):
        before = ears.heard
        ring()
        await until(is_true(lambda: ears.heard > before))

        assert ears.heard == before + 1


async def test_many_rings_at_once_are_few_notifications(listen_dsn):
    async with bell_and_ears(listen_dsn) as (ring, ears):
        ring()
        await until(is_true(lambda: ears.heard == 2))
        for _ in range(500):
            ring()
        await asyncio.sleep(0)
        await until(is_true(lambda: ears.heard == 3))
        ring()
        await until(is_true(lambda: ears.heard == 4))

        assert ears.heard == 4


async def test_both_come_back_after_the_server_hung_up(listen_dsn, hang_up):
    async with bell_and_ears(listen_dsn) as (ring, ears):
        ring()
        await until(is_true(lambda: ears.heard == 2))
        assert await hang_up() == 2
        # What was rung meanwhile may be lost, so who listens again looks once by itself.
        await until(is_true(lambda: ears.heard == 3))

        async def heard_again() -> bool:
            ring()
            await asyncio.sleep(0.05)
            return ears.heard > 3

        await until(heard_again)
        assert ears.heard > 3


async def test_a_server_that_is_away_at_first_is_waited_for(line):
    ears = Ears()
    dsn = f"postgresql://postgres@127.0.0.1:{line.port}/aegis"
    await line.cut()
    async with listening(dsn, ears.wake):
        await asyncio.sleep(0.3)
        assert ears.heard == 0
        await line.mend()
        await until(is_true(lambda: ears.heard))

    assert ears.heard == 1


async def test_without_an_address_only_this_process_is_woken():
    ours, ears = Ears(), Ears()
    async with open_bell(None, ours.wake) as ring, listening(None, ears.wake):
        ring()

    assert (ours.heard, ears.heard) == (1, 0)


async def test_a_worker_that_never_looks_by_itself_is_woken(database, context, listen_dsn):
    """Its poll is an hour: what it does, it does because of the bell."""
    done = []

    async def handle(tenant, event):
        done.append(event.event_id)

    worker = worker_for(database, context, handle, poll_seconds=3600.0)
    async with (
        listening(listen_dsn, worker.wake),
        bell_and_ears(listen_dsn) as (ring, _),
        running(worker),
    ):
        for number in range(3):
            await put(database, context, f"box{number}", f"{number}")
            ring()
            await until_drained(database, context)

    assert done == ["0", "1", "2"]


async def test_nothing_but_the_bell_is_said_on_the_channel(listen_dsn):
    """No word of anybody's: a notification is read by every login of the database."""
    said = []
    listener = await asyncpg.connect(listen_dsn)
    try:
        await listener.add_listener(CHANNEL, lambda *told: said.append(told[-1]))
        async with open_bell(listen_dsn, lambda: None) as ring:
            ring()
            await until(is_true(lambda: said))
    finally:
        await listener.close()

    assert said == [""]


async def test_what_had_no_room_is_taken_up_without_another_wake_up(database, context):
    """A long line of one tenant, few slots, and nobody who calls after the first time."""
    done = []

    async def handle(tenant, event):
        done.append(event.event_id)

    ids = [f"{number}" for number in range(40)]
    await put_all(database, [(context, f"box{event_id}", event_id) for event_id in ids])
    worker = worker_for(database, context, handle, at_once=4, poll_seconds=3600.0)
    async with running(worker):
        await until_drained(database, context)

    assert sorted(done) == sorted(ids)


async def test_what_came_during_a_turn_is_taken_up_without_another_wake_up(database, context):
    done = []

    async def handle(tenant, event):
        done.append(event.event_id)
        if event.event_id == "first":
            await put(database, context, "box", "second")

    await put(database, context, "box", "first")
    async with running(worker_for(database, context, handle, poll_seconds=3600.0)):
        await until_drained(database, context)

    assert done == ["first", "second"]
