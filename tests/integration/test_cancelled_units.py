"""A unit of work that is cancelled as its connection goes: cancelled, and not failed."""

import asyncio

import asyncpg
import pytest


@pytest.mark.parametrize("scope", ["tenant", "control", "statements"])
async def test_a_unit_of_work_cancelled_as_its_connection_goes_is_cancelled(
    context, database, admin_dsn, scope
):
    """The loop that asks whether a turn was stopped outlasts failures: it took this one for one, and
    the turn waited for it for ever while its lease was renewed."""
    units = {
        "tenant": context.db.transaction,
        "control": database.control,
        "statements": database.statements,
    }
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def work():
        async with units[scope]() as tx:
            ready.set_result(await tx.fetchval("select pg_backend_pid()"))
            await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(work())
    backend = await ready
    admin = await asyncpg.connect(admin_dsn)
    await admin.execute("select pg_terminate_backend($1, 5000)", backend)
    await admin.close()
    task.cancel()
    await asyncio.wait({task})

    assert task.cancelled()
