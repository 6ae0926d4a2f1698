"""Files have slots of their own beside questions, and tenants share them fairly. Counted in turns."""

import asyncio
from collections import Counter

from bot.worker.lanes import FILES_AT_ONCE
from core.jobs import store as jobs
from core.jobs.model import CROWDED, READING_PREFIX
from core.jobs.put_task import put_task
from tests.integration.worker.queueing import (
    put,
    put_all,
    running,
    stored,
    until,
    until_drained,
    worker_for,
)

BULK = 100


async def put_files(database, context, count):
    for number in range(count):
        await put_task(
            database,
            context.tenant_id,
            "read_file",
            {},
            key=f"{number}",
            mailbox=f"{READING_PREFIX}{number}",
        )


class Stuck:
    """Whatever is begun stays at work until it is let go."""

    def __init__(self):
        self.begun, self.go_on = [], asyncio.Event()

    async def __call__(self, context, event):
        self.begun.append((context.tenant_id, event.kind))
        await self.go_on.wait()


async def test_a_question_finds_a_slot_while_a_hundred_files_are_read_and_wait(
    database, new_context
):
    """The files were there first, and none of them ends."""
    bulk, other = await new_context(), await new_context()
    await put_files(database, bulk, BULK)
    await put_files(database, other, 1)
    files, questions = Stuck(), Stuck()
    questions.go_on.set()
    reading = worker_for(database, [bulk, other], files, lane="reading", at_once=FILES_AT_ONCE)
    talking = worker_for(database, [bulk, other], questions, at_once=2)
    async with running(reading, talking):

        async def both_at_work():
            return len(files.begun) == FILES_AT_ONCE // 2 + 1

        await until(both_at_work)
        for context in (bulk, other):
            await put(database, context, "box", f"question-{context.tenant_id}")

        async def answered():
            return len(questions.begun) == 2

        await until(answered)
        assert {kind for _, kind in questions.begun} == {"event"}
        files.go_on.set()
        await until_drained(database, bulk, other)

    assert Counter(files.begun) == {(bulk.tenant_id, "task"): BULK, (other.tenant_id, "task"): 1}


async def test_one_files_turn_comes_before_a_hundred_that_were_there_first(database, new_context):
    bulk, other = await new_context(), await new_context()
    await put_files(database, bulk, BULK)
    await put_files(database, other, 3)
    order = []

    async def handle(context, event):
        order.append(context.tenant_id)

    reading = worker_for(database, [bulk, other], handle, lane="reading", at_once=1)
    async with running(reading):
        await until_drained(database, bulk, other, seconds=60)

    last = max(place for place, tenant in enumerate(order) if tenant == other.tenant_id)
    # Its turns begin where the clock is by then; behind the hundred they would be the last of all.
    assert last < BULK - 10


async def test_no_tenant_has_more_than_half_of_the_slots_for_files(database, context):
    await put_files(database, context, BULK)
    files = Stuck()
    reading = worker_for(database, context, files, lane="reading", at_once=FILES_AT_ONCE)
    async with running(reading):

        async def begun():
            return len(files.begun) >= FILES_AT_ONCE // 2

        await until(begun)
        assert len(files.begun) == FILES_AT_ONCE // 2
        files.go_on.set()
        await until_drained(database, context, seconds=60)


async def test_each_lane_leaves_the_others_mail_alone(database, context):
    await put_files(database, context, 1)
    await put(database, context, "box", "question")

    async def nothing(context, event):
        pass

    async def done(event_id):
        return (await stored(context, event_id))["state"] == "done"

    async with running(worker_for(database, context, nothing)):
        await until(lambda: done("question"))
    assert not await done("task:read_file:0")
    async with running(worker_for(database, context, nothing, lane="reading")):
        await until(lambda: done("task:read_file:0"))


async def test_files_that_wait_are_no_crowd_of_questions(database, context):
    files = [(context, f"{READING_PREFIX}{n}", f"file-{n}") for n in range(CROWDED + 1)]
    await put_all(database, files)
    async with database.control() as tx:
        crowds = await jobs.list_crowded(tx, CROWDED)

    assert context.tenant_id not in {crowd.tenant_id for crowd in crowds}
    await put_all(database, [(context, f"{n}", f"question-{n}") for n in range(CROWDED + 1)])
    async with database.control() as tx:
        crowds = await jobs.list_crowded(tx, CROWDED)
    assert context.tenant_id in {crowd.tenant_id for crowd in crowds}
