"""DATABASE_POOLED: all works through a pooler in transaction mode, and nothing stays in a session."""

import asyncio

import pytest

from bot.intake.batch import EventBatch
from core.db.database import Database
from core.db.pool import open_pool
from core.jobs import store as jobs
from core.jobs.model import IncomingEvent
from core.tenancy import store
from core.tenancy.model import Person
from core.tenancy.workspaces import Workspaces
from tests.conftest import SERVICE_LOGIN
from tests.integration.pooler import open_pooler


@pytest.fixture(params=[1, 3], ids=["one server", "three servers"])
async def pooled(request, postgres, admin_dsn, master):
    """Two processes' databases behind one pooler."""
    socket = f"{postgres.start().socket_directory}/.s.PGSQL.5432"
    async with open_pooler(socket, SERVICE_LOGIN, "aegis", request.param) as dsn:
        pools = [await open_pool(dsn, size=4, pooled=True) for _ in range(2)]
        yield [Database(pool, master) for pool in pools]
        for pool in pools:
            pool.terminate()


async def test_tenants_and_intake_share_one_server_connection(pooled, new_context):
    ours, theirs = await new_context(), await new_context()
    seen = []

    async def work(database: Database, tenant: str, number: int) -> None:
        database._contexts.clear()
        context = await database.tenant(tenant)
        async with context.db.transaction() as tx:
            await store.put_person(tx, Person(f"U{number}", "member", tenant))
        async with context.db.transaction() as tx:
            found = await store.find_person(tx, f"U{number}", fresh_seconds=60)
        seen.append(found.display_name == tenant)

    async def take_in(database: Database, tenant: str, number: int) -> None:
        batch = EventBatch(database, lambda: None)
        await batch.accept(IncomingEvent(tenant, "box", f"Ev{number}", "event", "{}"))

    async def look_up(database: Database) -> None:
        assert await Workspaces(database).tenant_of("TNOBODY") is None

    await asyncio.wait_for(
        asyncio.gather(
            *(
                step
                for number in range(20)
                for database in pooled
                for step in (
                    work(database, (ours, theirs)[number % 2].tenant_id, number),
                    take_in(database, (ours, theirs)[number % 2].tenant_id, number),
                    look_up(database),
                )
            )
        ),
        60,
    )
    for context in (ours, theirs):
        async with context.db.transaction() as tx:
            assert await tx.fetchval("select count(*) from inbox_event") == 10
            assert await tx.fetchval("select count(distinct display_name) from person") == 1

    assert seen == [True] * 40


async def test_the_queue_works_through_a_pooler(pooled, context):
    first, second = pooled
    async with first.control() as tx:
        await jobs.accept_events(
            tx, [IncomingEvent(context.tenant_id, "box", "Ev1", "event", "{}")]
        )
    async with second.control() as tx:
        leases = await jobs.claim_mailboxes(tx, "w", limit=1000, seconds=5)
    [lease] = [lease for lease in leases if lease.tenant_id == context.tenant_id]
    async with second.control() as tx:
        assert await jobs.renew_leases(tx, "w", [lease], seconds=5)
        assert await jobs.remove_drained(tx, lease)


async def test_no_role_and_no_path_is_left_behind(pooled, context):
    database, other = pooled
    pooled_context = await database.tenant(context.tenant_id)
    with pytest.raises(ZeroDivisionError):
        async with pooled_context.db.transaction():
            raise ZeroDivisionError
    async with other.control() as tx:
        role, path = await tx.fetchrow(
            "select current_setting('role'), current_setting('search_path')"
        )

    assert (role, "tenant_" in path) == ("none", False)
