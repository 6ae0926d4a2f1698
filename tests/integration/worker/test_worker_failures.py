"""Trouble around an event is waited out; an event that is the trouble is set aside, and told of."""

import json

import pytest

from bot.worker.dispatch import ListenerFailed, dispatch
from core.jobs.model import MAX_ATTEMPTS, InboxEvent
from core.kernel.errors import Disconnected, Postponed
from tests.integration.worker.queueing import (
    put,
    running,
    stored,
    until_drained,
    worker_for,
)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr("core.jobs.model._BACKOFF_SECONDS", (0.01,))
    monkeypatch.setattr("bot.worker.failures._SHORTEST_SECONDS", 0.01)


async def make_older(context, event_id: str) -> None:
    async with context.db.transaction() as tx:
        await tx.execute(
            "update inbox_event set received_at = now() - interval '61 minutes' "
            "where event_id = $1",
            event_id,
        )


async def set_aside_rows(context):
    async with context.db.transaction() as tx:
        rows = await tx.fetch(
            "select actor, outcome, reference, detail from audit_event "
            "where action = 'jobs:event:set_aside'"
        )
    return [tuple(row) for row in rows]


async def test_trouble_that_passes_costs_no_try(database, context):
    tries = []

    async def handle(tenant, event):
        tries.append(event.attempts)
        if len(tries) <= 2 * MAX_ATTEMPTS:
            raise Postponed("slack is busy", 0.0)

    await put(database, context, "box", "patient", "behind it")
    async with running(worker_for(database, context, handle)):
        await until_drained(database, context)

    assert tries == [0] * (2 * MAX_ATTEMPTS + 2)
    assert (await stored(context, "patient"))["state"] == "done"


async def test_after_an_hour_trouble_counts_too(database, context):
    tries, told = [], []

    async def handle(tenant, event):
        tries.append(event.attempts)
        raise ConnectionResetError

    async def give_up(tenant, event, reference):
        told.append(event.event_id)

    await put(database, context, "box", "old")
    await make_older(context, "old")
    async with running(worker_for(database, context, handle, give_up)):
        await until_drained(database, context)

    assert tries == list(range(MAX_ATTEMPTS))
    assert told == ["old"]


async def test_the_telling_is_waited_for_and_the_event_runs_no_more(database, context):
    tries, tellings, owner = [], [], []

    async def handle(tenant, event):
        tries.append(event.attempts)
        raise RuntimeError("never")

    async def give_up(tenant, event, reference):
        tellings.append((await stored(tenant, "poison"))["state"])
        if len(tellings) == 1:
            raise Postponed("slack is busy", 0.0)

    async def gave_up(tenant, reference):
        owner.append(reference)

    await put(database, context, "box", "poison")
    async with running(worker_for(database, context, handle, give_up, gave_up)):
        await until_drained(database, context)

    assert len(tries) == MAX_ATTEMPTS
    assert tellings == ["waiting", "waiting"]
    assert len(owner) == 1, "an owner is told when it is over, and not with each try"
    assert (await stored(context, "poison"))["state"] == "set_aside"


async def test_what_is_set_aside_stands_in_the_audit_log_once(database, context):
    told = []

    async def handle(tenant, event):
        raise RuntimeError("never")

    async def give_up(tenant, event, reference):
        told.append(reference)

    await put(database, context, "box", "poison")
    async with running(worker_for(database, context, handle, give_up)):
        await until_drained(database, context)
    ((actor, outcome, reference, detail),) = await set_aside_rows(context)

    assert (actor, outcome, [reference]) == ("aegis", "done", told)
    assert json.loads(detail)["event"] == "poison"
    assert (await stored(context, "poison"))["payload"] == ""


@pytest.mark.parametrize("error", [Postponed("busy"), Disconnected("no token"), KeyError("x")])
async def test_what_a_listener_raised_reaches_the_drain(stage_with, error):
    """Through Bolt, which by itself would write it to its log and say 500."""

    async def raising():
        raise error

    async with stage_with(works=False) as stage:
        stage.product.app.event("emoji_changed")(raising)
        context = next(iter(stage.tenants.values()))
        body = {"type": "event_callback", "team_id": "T1", "event": {"type": "emoji_changed"}}
        event = InboxEvent(1, "Ev1", "event", json.dumps(body), 0)
        with pytest.raises(ListenerFailed) as failed:
            await dispatch(stage.product.app, context, event)

    assert failed.value.__cause__ is error
