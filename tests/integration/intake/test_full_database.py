"""F16: the database has no room for an event: nobody is told that it was taken in, so it comes again."""

import random

import asyncpg
import pytest

from bot.intake.accept import Intake
from bot.intake.batch import EventBatch
from core.db.scope import schema_of
from core.tenancy.workspaces import Workspaces
from tests.integration.full_database import (
    DISK_FULL,
    OUT_OF_MEMORY,
    TOO_MANY_CONNECTIONS,
    on_a_small_disk,
    refusing,
)
from tests.integration.intake.conftest import LOGIN, TEAM, message
from tests.integration.intake.socket_slack import connected, open_socket_slack
from tests.integration.worker.queueing import is_true, until

CODES = [DISK_FULL, OUT_OF_MEMORY, TOO_MANY_CONNECTIONS]


@pytest.fixture
async def admin(own_server):
    connection = await asyncpg.connect(own_server.dsn())
    yield connection
    await connection.close()


@pytest.fixture
async def tenant_id(own_dsn, admin):
    return await admin.fetchval("select tenant_id from control.workspace where team_id = $1", TEAM)


@pytest.fixture
def kept(admin, tenant_id):
    """How often an event is stored, and how many mailboxes wait."""

    async def count(event_id: str) -> tuple[int, int]:
        rows = await admin.fetchval(
            f"select count(*) from {schema_of(tenant_id)}.inbox_event where event_id = $1", event_id
        )
        return rows, await admin.fetchval("select count(*) from control.mailbox")

    return count


def _incompressible(seed: int) -> str:
    return random.Random(seed).randbytes(20_000).hex()


@pytest.mark.parametrize("code", CODES)
async def test_f16_what_cannot_be_stored_is_503_and_is_stored_when_it_comes_again(
    front, own_server, admin, tenant_id, kept, code, caplog
):
    await admin.execute("delete from control.mailbox")
    async with refusing(own_server.dsn(), tenant_id, "inbox_event", code):
        assert await front.send(f"Ev{code}") == 503
    assert await kept(f"Ev{code}") == (0, 0)
    assert "could not be stored" not in caplog.text  # it is no defect of ours
    assert [await front.send(f"Ev{code}") for _ in range(2)] == [200, 200]
    assert await kept(f"Ev{code}") == (1, 1)


async def test_f16_an_event_of_a_full_disk_is_503_and_a_small_one_still_fits(
    front, own_server, tenant_id, kept
):
    """In earnest, by the kernel: what is said 200 of is there, and of the others nothing."""
    async with on_a_small_disk(own_server.dsn(), tenant_id, "inbox_event"):
        answers = [await front.send(f"EvFill{n}", text=_incompressible(n)) for n in range(30)]
        stored = [(await kept(f"EvFill{n}"))[0] for n in range(30)]
    assert set(answers) == {200, 503}
    assert stored == [int(status == 200) for status in answers]


async def test_f16_a_server_that_lets_nobody_in_is_503(front, admin, kept):
    """53300 as the server itself says it, at a connection."""
    await admin.execute(f"alter role {LOGIN} connection limit 0")
    try:
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", LOGIN
        )
        assert await front.send("EvCrowd") == 503
    finally:
        await admin.execute(f"alter role {LOGIN} connection limit -1")
    assert (await kept("EvCrowd"))[0] == 0
    assert await front.send("EvCrowd") == 200


@pytest.mark.parametrize("code", CODES)
async def test_f16_an_envelope_that_cannot_be_stored_is_not_acknowledged(
    database, provisioner, admin_dsn, code, caplog
):
    team = "TSOCKFULL1"
    tenant = await database.tenant(await provisioner.tenant_for(team))
    intake = Intake(Workspaces(database), EventBatch(database, lambda: None), None)
    async with open_socket_slack() as slack, connected(slack, intake):
        await slack.until_connected(1)
        async with refusing(admin_dsn, tenant.tenant_id, "inbox_event", code):
            await slack.send("refused", message(f"Ev{code}") | {"team_id": team})
            await until(is_true(lambda: "an envelope was not stored" in caplog.text))
        assert "refused" not in slack.acknowledged
        await slack.send("again", message(f"Ev{code}") | {"team_id": team})
        await slack.until_acknowledged("again")
