"""Mailboxes: order within a conversation, everything once in effect, nothing lost with a worker."""

import asyncio
from collections import defaultdict

import pytest

from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.jobs import store as jobs
from core.jobs.model import MAX_ATTEMPTS, IncomingEvent


async def put(database, context, mailbox: str, *event_ids: str) -> None:
    events = [
        IncomingEvent(context.tenant_id, mailbox, event_id, "event", "{}") for event_id in event_ids
    ]
    async with database.control() as tx:
        await jobs.accept_events(tx, events)


async def waiting(database, context) -> int:
    async with database.control() as tx:
        return await tx.fetchval(
            "select count(*) from control.mailbox where tenant_id = $1", context.tenant_id
        )


async def until(condition, seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - what is awaited is a row
            await asyncio.sleep(0.01)


def worker_for(database, ours, handle, give_up=None, **options) -> Worker:
    """A worker that does our tenant's events; what other tests left behind it just clears away."""

    async def nobody(context, event, reference):
        raise AssertionError("nothing should be given up")

    async def handle_ours(context, event):
        if context.tenant_id == ours.tenant_id:
            await handle(context, event)

    drain = MailboxDrain(database, handle_ours, give_up or nobody)
    return Worker(database, drain, name=f"test-{id(drain)}", **options)


@pytest.fixture
def running():
    """Run workers for a block, and stop them whatever happens."""
    tasks: list[tuple[Worker, asyncio.Task]] = []

    def run(*workers: Worker) -> None:
        tasks.extend((worker, asyncio.create_task(worker.run())) for worker in workers)

    yield run
    for worker, task in tasks:
        worker._stopping = True
        worker.wake()
        task.cancel()


async def test_events_of_a_conversation_keep_their_order_with_two_workers(
    database, context, running
):
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
    running(worker_for(database, context, handle), worker_for(database, context, handle))
    await until(lambda: _is(0, waiting(database, context)))

    assert done == {box: [f"{box}-{n}" for n in range(10)] for box in boxes}
    assert not any(overlaps)


async def test_an_event_that_comes_during_the_drain_is_not_left_behind(database, context, running):
    done = []

    async def handle(context, event):
        done.append(event.event_id)
        if event.event_id == "first":
            await put(database, context, "box", "second")

    await put(database, context, "box", "first")
    running(worker_for(database, context, handle))
    await until(lambda: _is(0, waiting(database, context)))

    assert done == ["first", "second"]


async def test_a_failing_event_holds_its_conversation_back_and_no_other(database, context, running):
    done, failures = [], []

    async def handle(context, event):
        if event.event_id == "bad" and len(failures) < 2:
            failures.append(event.event_id)
            raise RuntimeError("not yet")
        done.append(event.event_id)

    await put(database, context, "box", "bad", "after-bad")
    await put(database, context, "other", "good")
    running(worker_for(database, context, handle))
    await until(lambda: _is(0, waiting(database, context)))

    assert done == ["good", "bad", "after-bad"]


async def test_after_the_last_try_the_person_is_told_once_and_the_rest_goes_on(
    database, context, running, monkeypatch
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
    running(worker_for(database, context, handle, give_up))
    await until(lambda: _is(0, waiting(database, context)))
    async with context.db.transaction() as tx:
        kept = await tx.fetchrow("select state, reason from inbox_event where event_id = 'poison'")

    assert len(tries) == MAX_ATTEMPTS
    assert told == [("poison", True)]
    assert done == ["next"]
    assert kept["state"] == "set_aside"
    assert kept["reason"].startswith("ref ")


async def test_what_a_dead_worker_held_is_done_by_another(database, context, running):
    done = []

    async def handle(context, event):
        done.append(event.event_id)

    await put(database, context, "box", "orphan")
    async with database.control() as tx:
        claimed = await jobs.claim_mailboxes(tx, "dead", limit=1000, seconds=0.5)
    assert any(lease.tenant_id == context.tenant_id for lease in claimed)
    running(worker_for(database, context, handle))
    await until(lambda: _is(0, waiting(database, context)))

    assert done == ["orphan"]


async def test_an_event_that_kills_every_worker_is_set_aside_and_the_rest_goes_on(
    database, context, running
):
    told, done = [], []

    async def handle(context, event):
        done.append(event.event_id)

    async def give_up(context, event, reference):
        told.append(event.event_id)

    await put(database, context, "box", "killer", "next")
    for number in range(MAX_ATTEMPTS):
        async with database.control() as tx:
            await jobs.claim_mailboxes(tx, f"dead-{number}", limit=1000, seconds=0)
    running(worker_for(database, context, handle, give_up))
    await until(lambda: _is(0, waiting(database, context)))

    assert told == ["killer"]
    assert done == ["next"]


async def test_a_worker_that_stops_hands_back_what_it_cannot_finish(database, context):
    begun = asyncio.Event()

    async def handle(context, event):
        begun.set()
        await asyncio.Event().wait()

    await put(database, context, "box", "long")
    worker = worker_for(database, context, handle)
    task = asyncio.create_task(worker.run())
    await asyncio.wait_for(begun.wait(), 10)
    await worker.stop(grace_seconds=0.01)
    await task
    async with database.control() as tx:
        claimed = await jobs.claim_mailboxes(tx, "next", limit=1000, seconds=0.1)

    assert [lease.mailbox for lease in claimed if lease.tenant_id == context.tenant_id] == ["box"]


async def _is(wanted: int, counting) -> bool:
    return await counting == wanted
