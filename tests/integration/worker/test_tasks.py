"""Tasks: work that the product gives itself, done once for each key and in order."""

import json

from bot.app import TASKS
from bot.worker.dispatch import run_task
from core.jobs.put_task import put_task
from core.kernel.errors import Postponed
from tests.integration.worker.queueing import (
    put,
    running,
    stored,
    until_drained,
    worker_for,
)


async def test_a_task_is_done_by_its_name_with_its_arguments(stage, monkeypatch):
    done = []

    async def greet(services, context, event):
        done.append((services, context.tenant_id, json.loads(event.payload)))

    monkeypatch.setitem(TASKS, "greet", greet)
    services, context = stage.product.services, next(iter(stage.tenants.values()))
    await put_task(services.database, context.tenant_id, "greet", {"person": "U1"}, key="U1")
    await until_drained(services.database, context)

    assert done == [(services, context.tenant_id, {"task": "greet", "person": "U1"})]
    assert (await stored(context, "task:greet:U1"))["state"] == "done"


async def test_a_second_task_with_the_same_key_changes_nothing(database, context):
    done = []

    async def handle(tenant, event):
        done.append((event.kind, json.loads(event.payload)["round"]))

    for number in range(2):
        await put_task(database, context.tenant_id, "count", {"round": number}, key="k")
    async with running(worker_for(database, context, handle)):
        await until_drained(database, context)
        await put_task(database, context.tenant_id, "count", {"round": 2}, key="k")
        await until_drained(database, context)

    assert done == [("task", 0)]


async def test_tasks_of_a_mailbox_keep_their_order_with_what_slack_sent(database, context):
    done = []

    async def handle(tenant, event):
        done.append(event.event_id)

    await put(database, context, "box", "first")
    for key in ("a", "b"):
        await put_task(database, context.tenant_id, "t", {}, key=key, mailbox="box")
    await put(database, context, "box", "last")
    async with running(worker_for(database, context, handle)):
        await until_drained(database, context)

    assert done == ["first", "task:t:a", "task:t:b", "last"]


async def test_a_task_of_a_newer_program_waits_for_it(database, context, monkeypatch):
    """During a deploy an old worker may claim what a new web process has put there."""
    monkeypatch.setattr("bot.worker.failures._SHORTEST_SECONDS", 0.01)
    asked, done = [], []

    async def newer(services, tenant, event):
        done.append(event.event_id)

    async def handle(tenant, event):
        asked.append(event.attempts)
        try:
            await run_task({"new": newer} if len(asked) > 7 else {}, None, tenant, event)
        except Postponed as error:
            error.seconds = 0.0
            raise

    await put_task(database, context.tenant_id, "new", {}, key="1")
    async with running(worker_for(database, context, handle)):
        await until_drained(database, context)

    assert asked == [0] * 8
    assert done == ["task:new:1"]
