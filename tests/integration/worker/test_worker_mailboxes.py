"""Mailboxes: order within a conversation, everything once in effect, nothing lost with a worker."""

import asyncio
from collections import defaultdict
from contextlib import suppress

from core.jobs import store as jobs
from core.jobs.model import MAX_ATTEMPTS
from core.kernel.errors import Postponed
from tests.integration.worker.queueing import (
    claim,
    put,
    running,
    stored,
    until_drained,
    waiting,
    worker_for,
)


async def test_events_of_a_conversation_keep_their_order_with_two_workers(database, context):
    done: dict[str, list[str]] = defaultdict(list)
    busy: set[str] = set()
    overlaps = []

    async def handle(context, event):
        mailbox = event.event_id.split("-")[0]
        overlaps.append(mailbox in busy)
        busy.add(mailbox)
        await asyncio.sleep(0)
        done[mailbox].append(event.event_id)
        busy.discard(mailbox)

    boxes = [f"box{n}" for n in range(8)]
    for number in range(10):
        for box in boxes:
            await put(database, context, box, f"{box}-{number}")
    async with running(
        worker_for(database, context, handle), worker_for(database, context, handle)
    ):
        await until_drained(database, context)

    assert done == {box: [f"{box}-{n}" for n in range(10)] for box in boxes}
    assert not any(overlaps)


async def test_an_event_that_comes_during_the_drain_is_not_left_behind(database, context):
    done = []

    async def handle(context, event):
        done.append(event.event_id)
        if event.event_id == "first":
            await put(database, context, "box", "second")

    await put(database, context, "box", "first")
    async with running(worker_for(database, context, handle)):
        await until_drained(database, context)

    assert done == ["first", "second"]


async def test_a_failing_event_holds_its_conversation_back_and_no_other(database, context):
    done, failures = [], []

    async def handle(context, event):
        if event.event_id == "bad" and len(failures) < 2:
            failures.append(event.event_id)
            raise RuntimeError("not yet")
        done.append(event.event_id)

    await put(database, context, "box", "bad", "after-bad")
    await put(database, context, "other", "good")
    async with running(worker_for(database, context, handle)):
        await until_drained(database, context)

    assert done == ["good", "bad", "after-bad"]


async def test_after_the_last_try_the_person_is_told_once_and_the_rest_goes_on(
    database, context, monkeypatch
):
    monkeypatch.setattr("core.jobs.model._BACKOFF_SECONDS", (0.01,))
    tries, told, done = [], [], []

    async def handle(context, event):
        if event.event_id == "poison":
            tries.append(1)
            raise RuntimeError("never")
        done.append(event.event_id)

    async def give_up(context, event, reference):
        told.append((event.event_id, bool(reference)))

    await put(database, context, "box", "poison", "next")
    async with running(worker_for(database, context, handle, give_up)):
        await until_drained(database, context)
    kept = await stored(context, "poison")

    assert len(tries) == MAX_ATTEMPTS
    assert told == [("poison", True)]
    assert done == ["next"]
    assert kept["state"] == "set_aside"
    assert kept["reason"].startswith("ref ")


async def test_what_a_dead_worker_held_is_done_by_another(database, context):
    done = []

    async def handle(context, event):
        done.append(event.event_id)

    await put(database, context, "box", "orphan")
    assert await claim(database, "dead", context, seconds=0.5)
    async with running(worker_for(database, context, handle)):
        await until_drained(database, context)

    assert done == ["orphan"]


async def test_an_event_that_kills_every_worker_is_set_aside_and_the_rest_goes_on(
    database, context, monkeypatch
):
    monkeypatch.setattr("core.jobs.store.DEATH_WAITS", (0.0,))
    told, done = [], []

    async def handle(context, event):
        done.append(event.event_id)

    async def give_up(context, event, reference):
        told.append(event.event_id)

    await put(database, context, "box", "killer", "next")
    for number in range(MAX_ATTEMPTS):
        await claim(database, f"dead-{number}", context, seconds=0)
    async with running(worker_for(database, context, handle, give_up, lease_seconds=0.5)):
        await until_drained(database, context)

    assert told == ["killer"]
    assert done == ["next"]


async def test_a_worker_that_stops_lets_a_turn_end_that_ends_in_time(database, context):
    begun, done = asyncio.Event(), []

    async def handle(context, event):
        begun.set()
        await asyncio.sleep(0.2)
        done.append(event.event_id)

    await put(database, context, "box", "short")
    async with running(worker_for(database, context, handle)) as (worker,):
        await asyncio.wait_for(begun.wait(), 10)
        await worker.stop(grace_seconds=10.0)

    assert done == ["short"]
    assert (await stored(context, "short"))["state"] == "done"


async def test_a_worker_that_stops_hands_back_what_it_cannot_finish(database, context):
    begun, done = asyncio.Event(), []

    async def too_long(context, event):
        begun.set()
        await asyncio.Event().wait()

    async def handle(context, event):
        done.append((event.event_id, event.attempts))

    await put(database, context, "box", "long", "behind it")
    async with running(worker_for(database, context, too_long, lease_seconds=60.0)) as (worker,):
        await asyncio.wait_for(begun.wait(), 10)
        await worker.stop(grace_seconds=0.01)

    (lease,) = await claim(database, "next", context, seconds=0.0)
    assert lease.deaths == 0
    async with running(worker_for(database, context, handle)):
        await until_drained(database, context)
    assert done == [("long", 0), ("behind it", 0)]


async def test_a_turn_that_does_not_let_go_holds_nobody_up(database, context, monkeypatch):
    """Its lease is not given back, for it may still be at work; it runs out with the process."""
    monkeypatch.setattr("bot.worker.worker.LAST_WORDS_SECONDS", 0.05)
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def stubborn(context, event):
        begun.set()
        while not may_end.is_set():
            with suppress(asyncio.CancelledError):
                await may_end.wait()

    await put(database, context, "box", "stubborn")
    async with running(worker_for(database, context, stubborn, lease_seconds=60.0)) as (worker,):
        await asyncio.wait_for(begun.wait(), 10)
        await asyncio.wait_for(worker.stop(grace_seconds=0.01), 30)
        held = await claim(database, "next", context)
        may_end.set()

    assert held == []


async def test_what_comes_meanwhile_does_not_cut_short_the_rest_after_a_failure(database, context):
    """Neither a repeat nor another message: five tries would be over while others talk."""
    await put(database, context, "box", "poison")
    (lease,) = await claim(database, "w", context)
    async with database.control() as tx:
        await jobs.release(tx, lease, delay_seconds=60)
    await put(database, context, "box", "poison")
    await put(database, context, "box", "another")

    assert await claim(database, "w", context) == []
    async with database.control() as tx:
        await tx.execute(
            "update control.mailbox set due_at = now() where tenant_id = $1", context.tenant_id
        )
    (again,) = await claim(database, "w", context)
    assert again.signal == lease.signal + 1  # of the new one alone


async def test_a_repeat_wakes_nobody(database, context):
    done = []

    async def handle(context, event):
        done.append(event.event_id)

    await put(database, context, "box", "Ev1")
    async with running(worker_for(database, context, handle)):
        await until_drained(database, context)
        await put(database, context, "box", "Ev1")

        assert await waiting(database, context) == 0
    assert done == ["Ev1"]


async def test_what_came_during_a_rest_is_done_after_it_and_in_order(
    database, context, monkeypatch
):
    monkeypatch.setattr("bot.worker.failures._SHORTEST_SECONDS", 0.1)
    done, rests = [], []

    async def handle(context, event):
        if event.event_id == "limited" and not rests:
            rests.append(event.event_id)
            await put(database, context, "box", "asked meanwhile")
            raise Postponed("too many requests", 0.1)
        done.append(event.event_id)

    await put(database, context, "box", "limited")
    async with running(worker_for(database, context, handle)):
        await until_drained(database, context)

    assert done == ["limited", "asked meanwhile"]
