"""One workspace's locked tables: its own events come again, everybody else's are stored in time."""

import asyncio
import time
from contextlib import asynccontextmanager

import asyncpg
import pytest

from bot.intake.accept import ANSWER_SECONDS, Intake
from bot.intake.batch import EventBatch
from core.db.scope import schema_of
from core.kernel.errors import Postponed
from core.tenancy.workspaces import Workspaces
from tests.integration.worker.queueing import is_true, until

TEAMS = tuple(f"TLOCK{n:05}" for n in range(4))


@pytest.fixture
async def tenants(database, provisioner):
    return [await database.tenant(await provisioner.tenant_for(team)) for team in TEAMS]


@pytest.fixture
def intake(database):
    return Intake(Workspaces(database), EventBatch(database, lambda: None), None)


@asynccontextmanager
async def locked(admin_dsn, *tenants):
    """As a migration or an erasure holds them, on a connection of its own."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        async with admin.transaction():
            for tenant in tenants:
                await admin.execute(f"lock table {schema_of(tenant.tenant_id)}.inbox_event")
            yield
    finally:
        await admin.close()


async def answered(intake, team: str, event_id: str) -> tuple[str, bool, float]:
    """Whose event, whether it was stored, after how many seconds."""
    inner = {"type": "message", "channel": "D1", "channel_type": "im", "ts": "1.1", "text": "hi"}
    envelope = {"type": "event_callback", "team_id": team, "event_id": event_id, "event": inner}
    began = time.monotonic()
    try:
        stored = await intake.accept_event(envelope, "{}")
    except Postponed:
        stored = False
    return team, stored, time.monotonic() - began


async def stored(tenant, event_id: str) -> int:
    async with tenant.db.transaction() as tx:
        return await tx.fetchval("select count(*) from inbox_event where event_id = $1", event_id)


async def test_only_the_locked_workspaces_events_come_again_and_nobody_waits(
    intake, tenants, admin_dsn, monkeypatch, caplog
):
    # It is the lock that is given up, whatever time this machine takes for the rest.
    monkeypatch.setattr("bot.intake.accept.ANSWER_SECONDS", 30.0)

    async def send_all(turn: int):
        sent = (answered(intake, team, f"EvLock{n}{team}{turn}") for team in TEAMS for n in "ab")
        return await asyncio.gather(*sent)

    async with locked(admin_dsn, tenants[0]):
        answers = await send_all(0)
        assert "tables are locked" in caplog.text
        caplog.clear()
        for turn in range(1, 5):
            answers += await send_all(turn)

    assert {team for team, was_stored, _ in answers if not was_stored} == {TEAMS[0]}
    assert {team for team, was_stored, _ in answers if was_stored} == set(TEAMS[1:])
    assert max(seconds for *_, seconds in answers) < 15
    # It is known to be locked now, and has a line of its own: nobody else has met its lock again.
    assert "tables are locked" not in caplog.text


async def test_after_the_lock_its_events_are_stored_as_before(intake, tenants, admin_dsn):
    async with locked(admin_dsn, tenants[0]):
        assert not (await answered(intake, TEAMS[0], "EvAfterLock"))[1]
    assert (await answered(intake, TEAMS[0], "EvAfterLock"))[1]
    assert (await answered(intake, TEAMS[0], "EvAfterLock2"))[1]

    assert await stored(tenants[0], "EvAfterLock") == await stored(tenants[0], "EvAfterLock2") == 1


async def test_a_lock_that_is_soon_over_costs_no_event(
    intake, tenants, admin_dsn, monkeypatch, caplog
):
    """Another process's commit that the disk keeps waiting holds rows we need as well."""
    monkeypatch.setattr("bot.intake.accept.ANSWER_SECONDS", 30.0)
    async with locked(admin_dsn, tenants[0]):
        waiting = asyncio.create_task(answered(intake, TEAMS[0], "EvSoon"))
        # The first try is over, the second has just begun: it waits for a moment yet.
        await until(is_true(lambda: "tables are locked" in caplog.text))
        assert not waiting.done()

    assert (await waiting)[1]


async def test_with_all_workspaces_locked_every_answer_is_in_time(intake, tenants, admin_dsn):
    async with locked(admin_dsn, *tenants):
        answers = await asyncio.gather(
            *(answered(intake, team, f"EvAll{n}{team}") for team in TEAMS for n in range(3))
        )

    assert not any(was_stored for _, was_stored, _ in answers)
    assert max(seconds for *_, seconds in answers) < 2 * ANSWER_SECONDS  # as one, not in a row
