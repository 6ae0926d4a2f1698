"""Connections of the service's login: opened ready for use, given up before they grow heavy."""

from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

# As text, because asyncpg's classes are generic for the type checker alone.
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

# A backend that has touched many tenants holds their catalogs in memory: let it go now and then.
CONNECTION_SECONDS = 1800.0


async def open_pool(dsn: str, *, size: int = 10, pooled: bool = False) -> Pool:
    """A pool for the service's login. *pooled*: a transaction-mode pooler stands in between."""
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        statement_cache_size=0 if pooled else 200,
        max_inactive_connection_lifetime=CONNECTION_SECONDS,
        command_timeout=60,
        server_settings={"application_name": "aegis"},
    )
