"""A backend whose list of memberships is older than a tenant: the work enters on another one.

The list itself cannot be made stale on purpose (PostgreSQL builds it under a lock of its own), so
the right to enter is taken away, and given back between the first try and the second: the pool has
one connection, and whoever waits for it is served before the second try.
"""

import asyncio

import asyncpg
import pytest

from core.db import scope
from core.db.database import Database
from core.db.pool import open_pool
from tests.conftest import SERVICE_LOGIN
from tests.integration.lifecycle import one


@pytest.fixture
async def narrow(service_dsn, master, through_pooler):
    """A database over one connection."""
    pool = await open_pool(service_dsn, size=1, pooled=through_pooler)
    yield Database(pool, master)
    await pool.close()


async def transaction(database, context):
    found = await database.tenant(context.tenant_id)
    async with found.db.transaction() as tx:
        return await tx.fetchval("select count(*) from turn")


async def snapshot(database, context):
    found = await database.tenant(context.tenant_id)
    async with found.db.snapshot() as taken:
        return len(taken.tables["turn"]) * 0


async def sealing(database, context):
    async with database.sealing(context.tenant_id) as (tx, _):
        return await tx.fetchval("select count(*) from turn")


@pytest.mark.parametrize("work", [transaction, snapshot, sealing])
async def test_a_tenant_that_may_not_be_entered_yet_is_entered_at_the_second_try(
    narrow, context, provisioner, work
):
    role = scope.schema_of(context.tenant_id)
    await narrow.tenant(context.tenant_id)
    await one(provisioner, f"revoke {role} from {SERVICE_LOGIN}")

    async def give_back():
        async with narrow.control():
            await one(provisioner, f"grant {role} to {SERVICE_LOGIN} with inherit false")

    done, _ = await asyncio.gather(work(narrow, context), give_back())

    assert done == 0


@pytest.mark.parametrize("work", [transaction, snapshot, sealing])
async def test_a_tenant_that_may_not_be_entered_at_all_is_not(narrow, context, provisioner, work):
    role = scope.schema_of(context.tenant_id)
    await one(provisioner, f"revoke {role} from {SERVICE_LOGIN}")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await work(narrow, context)

    await one(provisioner, f"grant {role} to {SERVICE_LOGIN} with inherit false")
    assert await work(narrow, context) == 0
