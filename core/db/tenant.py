"""The only way to a tenant's tables: a transaction inside its role and schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from core.db import scope
from core.kernel.ids import TenantId
from core.kernel.sealing import Sealer

# As text, because asyncpg's classes are generic for the type checker alone.
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Tx: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"


class TenantDB:
    """Hands out transactions that can see one tenant's schema and nothing else."""

    __slots__ = ("_enter", "_pool", "tenant_id")

    def __init__(self, pool: Pool, tenant_id: TenantId) -> None:
        self._pool = pool
        self._enter = scope.enter(tenant_id)
        self.tenant_id = tenant_id

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """One unit of work. Role and search path end with it, also through a pooler."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(self._enter)
            yield connection


@dataclass(frozen=True, slots=True)
class TenantContext:
    """Who this work is for. Made only by `core.db.database`; a prompt, a search and an answer
    each ask for one, so none can be built for nobody or for two tenants at once."""

    tenant_id: TenantId
    db: TenantDB
    sealer: Sealer
