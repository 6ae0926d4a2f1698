"""F21: a job that kills its worker is tried five times and then set aside; the others go on."""

import asyncio
import base64
import signal
import sys
from collections import Counter

from core.jobs.model import MAX_ATTEMPTS, MOST_DEATHS, SUSPECT_DEATHS
from tests.integration.worker.queueing import (
    claim,
    put,
    running,
    stored,
    until_drained,
    waiting,
    worker_for,
)

INNOCENTS = [f"innocent-{number}" for number in range(6)]
MOST_PROCESSES = 12


async def test_an_event_that_kills_its_worker_is_set_aside_and_the_others_go_on(
    database, context, listen_dsn, master_key
):
    for number, event_id in enumerate(["killer", *INNOCENTS]):
        await put(database, context, f"box{number}", event_id)
    await put(database, context, "box0", "behind the killer")

    said, ends = Counter(), []
    while await waiting(database, context) and len(ends) < MOST_PROCESSES:
        lines, status = await _work(listen_dsn, master_key, context)
        said.update(lines)
        ends.append(status)

    assert ends == [-signal.SIGKILL] * MAX_ATTEMPTS + [0]
    assert said["told killer"] == 1
    assert not [line for line in said if line.startswith("told innocent")]
    assert (await stored(context, "killer"))["state"] == "set_aside"
    for event_id in (*INNOCENTS, "behind the killer"):
        assert (await stored(context, event_id))["state"] == "done"
        assert said[f"done {event_id}"] == 1


async def test_an_event_that_kills_whoever_gives_it_up_is_set_aside_without_a_word(
    database, context, listen_dsn, master_key
):
    await put(database, context, "box", "killer of tellers", "behind it")

    said, ends = Counter(), []
    while await waiting(database, context) and len(ends) < MOST_PROCESSES:
        lines, status = await _work(listen_dsn, master_key, context)
        said.update(lines)
        ends.append(status)

    assert ends == [-signal.SIGKILL] * MOST_DEATHS + [0]
    assert said == Counter(["told the owner", "done behind it"])
    assert (await stored(context, "killer of tellers"))["state"] == "set_aside"
    async with context.db.transaction() as tx:
        audited = await tx.fetch(
            "select detail from audit_event where action = 'jobs:event:set_aside'"
        )
    assert len(audited) == 1


async def test_mailboxes_of_a_worker_that_died_rest_before_the_third_try(
    database, context, monkeypatch
):
    monkeypatch.setattr("core.jobs.store.DEATH_WAITS", (0.0, 1000.0))
    await put(database, context, "box", "one")
    assert await claim(database, "first", context, seconds=0.0)
    # The first death is forgiven.
    assert await claim(database, "second", context, seconds=0.0)

    assert not await claim(database, "too early", context)
    monkeypatch.setattr("core.jobs.store.DEATH_WAITS", (0.0, 0.0))
    assert await claim(database, "third", context)
    assert not await claim(database, "fourth", context)


async def test_a_worker_runs_no_two_suspects_at_a_time(database, context, monkeypatch):
    """Whatever died twice runs alone, so the killer takes nobody along a third time."""
    monkeypatch.setattr("core.jobs.store.DEATH_WAITS", (0.0,))
    running_now, most, done = set(), [], []

    async def handle(tenant, event):
        running_now.add(event.event_id)
        most.append(len(running_now))
        await asyncio.sleep(0.02)
        running_now.discard(event.event_id)
        done.append(event.event_id)

    for number in range(5):
        await put(database, context, f"box{number}", f"{number}")
    for number in range(SUSPECT_DEATHS):
        assert len(await claim(database, f"dead-{number}", context, seconds=0.0)) == 5
    async with running(worker_for(database, context, handle, lease_seconds=0.3)):
        await until_drained(database, context)

    assert sorted(done) == [f"{number}" for number in range(5)]
    assert max(most) == 1


async def test_deaths_are_one_events_own(database, context, monkeypatch):
    """What comes after an event that killed three workers, and then did not, begins with none."""
    monkeypatch.setattr("core.jobs.store.DEATH_WAITS", (0.0,))
    seen = []

    async def handle(tenant, event):
        async with database.control() as tx:
            seen.append(
                await tx.fetchval(
                    "select attempts from control.mailbox where tenant_id = $1", tenant.tenant_id
                )
            )

    await put(database, context, "box", "one", "two")
    for number in range(3):
        await claim(database, f"dead-{number}", context, seconds=0.0)
    async with running(worker_for(database, context, handle, lease_seconds=0.3)):
        await until_drained(database, context)

    assert seen == [3, 0]


async def _work(dsn, master_key, context):
    """Run a worker process to its end: what it said, and its status."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.worker.dying"),
        *(dsn, base64.b64encode(master_key).decode(), context.tenant_id),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return output.decode().splitlines(), process.returncode
