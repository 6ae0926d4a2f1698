"""F16: the database has no room for a file. It is tried again, and what came of it is said in the end."""

import pytest

from tests.integration.full_database import (
    DISK_FULL,
    OUT_OF_MEMORY,
    TOO_MANY_CONNECTIONS,
    on_a_small_disk,
    refusing,
)
from tests.integration.worker.queueing import until
from tests.scenario.files.dropping import LONG, documents, drop, until_said
from tests.stage import spoken

NOTE = "# Spring fair\n\nOur stand at the spring fair is number 14.\n"
ASKED = [
    ("chunk", DISK_FULL),
    ("chunk", OUT_OF_MEMORY),
    ("chunk", TOO_MANY_CONNECTIONS),
    ("lexeme", DISK_FULL),
    ("audit_event", DISK_FULL),
]


@pytest.fixture
def tenant(stage):
    return stage.tenants["northwind"]


@pytest.fixture
def tried(tenant, caplog):
    """Its task met the trouble, and waits for it to pass."""

    async def has_waited():
        async with tenant.db.transaction() as tx:
            tasks = await tx.fetch("select event_id from inbox_event where kind = 'task'")
        waits = {r.event for r in caplog.records if r.message == "event waits"}
        return not waits.isdisjoint(row["event_id"] for row in tasks)

    return lambda: until(has_waited, 60.0)


async def tries_of(tenant):
    """How many of its tries count against the task."""
    async with tenant.db.transaction() as tx:
        return await tx.fetchval("select max(attempts) from inbox_event where kind = 'task'")


@pytest.mark.parametrize(("table", "code"), ASKED)
async def test_f16_what_there_is_no_room_for_is_read_once_there_is(
    stage, http, tenant, admin_dsn, tried, table, code
):
    async with refusing(admin_dsn, tenant.tenant_id, table, code):
        await drop(http, "fair.md", NOTE)
        await tried()
        assert await tries_of(tenant) == 0
        assert [row[2] for row in await documents(tenant)] == [0]
    await until_said(http, "I have read *fair.md*")

    assert await documents(tenant) == [("fair.md", "ready", 1)]


async def ages(stage, tenant):
    """The hour is over in which trouble around a task does not count, and so are its tries but one."""
    async with tenant.db.transaction() as tx:
        await tx.execute(
            "update inbox_event set received_at = now() - interval '2 hours', attempts = 4"
            " where kind = 'task'"
        )
    async with stage.product.services.database.control() as tx:
        await tx.execute(
            "update control.mailbox set due_at = now() where tenant_id = $1", tenant.tenant_id
        )


async def test_f16_in_the_end_it_is_said_and_nothing_of_it_stays(
    stage, http, tenant, admin_dsn, tried
):
    """What was there before is there still, and answers."""
    await drop(http, "fair.md", NOTE)
    await until_said(http, "I have read *fair.md*")
    async with refusing(admin_dsn, tenant.tenant_id, "chunk", DISK_FULL):
        await drop(http, "fair.md", NOTE.replace("14", "15"))
        await tried()
        await ages(stage, tenant)
        said = await until_said(http, "I could not read *fair.md*")

    assert "reference" in said["text"]
    assert await documents(tenant) == [("fair.md", "ready", 1)]
    async with tenant.db.transaction() as tx:
        reserved = await tx.fetchval("select sum(reserved_chunks) from document")
    assert reserved == 0  # of the quota


async def test_f16_a_disk_that_is_full_in_earnest_hurts_nobody_else(
    stage, http, tenant, admin_dsn, tried
):
    await stage.add_document("harbor", "Office.md", "# Office\n\nThe office opens at eight.\n")
    async with on_a_small_disk(admin_dsn, tenant.tenant_id, "chunk"):
        await drop(http, "hooks.md", LONG * 3)
        await tried()
        assert [row[2] for row in await documents(tenant)] == [0]
        lines = await stage.play(
            '[{workspace: harbor, person: dora, in: dm, say: "When does the office open?"}]'
        )
    assert "opens at eight" in spoken(lines)
    await until_said(http, "I have read *hooks.md*")
