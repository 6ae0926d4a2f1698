"""Two tenants, an onlooker with every right, and a database that tells what it was asked."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from core.db.database import Database
from core.db.pool import open_pool
from core.db.tenant import TenantContext
from core.kernel.sealing import Sealer

Pair = tuple[TenantContext, TenantContext]


@pytest.fixture
async def pair(new_context: Callable[[], Awaitable[TenantContext]]) -> Pair:
    """Ours, and theirs."""
    return await new_context(), await new_context()


@pytest.fixture
async def counted(
    service_dsn: str, master: Sealer, through_pooler: bool
) -> AsyncIterator[tuple[Database, list[str]]]:
    """A database on a connection of its own, and every statement that it sends from now on."""
    sent: list[str] = []

    def note(logged: asyncpg.connection.LoggedQuery) -> None:
        if "pg_advisory_unlock_all" not in logged.query:  # what asyncpg cleans a session with
            sent.append(logged.query)

    pool = await open_pool(service_dsn, size=1, pooled=through_pooler)
    async with pool.acquire() as connection:
        connection.add_query_logger(note)
    yield Database(pool, master), sent
    await pool.close()
