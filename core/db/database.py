"""The connection pool, the switchboard schema, and the making of tenant contexts."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from core.db import sql
from core.db.tenant import Pool, TenantContext, TenantDB, Tx
from core.kernel.errors import NotFound, Refused
from core.kernel.ids import TenantId, tenant_id
from core.kernel.sealing import Sealer

SQL = sql.load("core.db")

# A frozen or erased tenant is noticed in every process within this many seconds.
CONTEXT_SECONDS = 5.0
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


class Database:
    """What the product knows of its PostgreSQL: `control()` for ids, `tenant()` for the rest."""

    def __init__(self, pool: Pool, master: Sealer) -> None:
        self.pool = pool
        self._master = master
        self._contexts: dict[TenantId, tuple[float, TenantContext]] = {}

    @asynccontextmanager
    async def control(self) -> AsyncIterator[Tx]:
        """A transaction on the switchboard (`control`), with no right on any tenant's tables."""
        async with self.pool.acquire() as connection, connection.transaction():
            yield connection

    async def tenant(self, wanted: str) -> TenantContext:
        """The context of a registered, active tenant.

        Raises ValueError (not an id), NotFound (not in the registry), Refused (frozen).
        """
        tenant = tenant_id(wanted)
        kept = self._contexts.get(tenant)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        context = await self._make_context(tenant)
        self._contexts[tenant] = (time.monotonic() + CONTEXT_SECONDS, context)
        return context

    async def _make_context(self, tenant: TenantId) -> TenantContext:
        row = await self.pool.fetchrow(SQL["find_tenant"], tenant)
        if row is None:
            raise NotFound("This workspace is not set up with AEGIS.")
        if row["status"] != "active":
            raise Refused("AEGIS is switched off for this workspace.")
        sealer = Sealer(self._master.open(row["wrapped_key"], tenant, "data key"))
        return TenantContext(tenant, TenantDB(self.pool, tenant), sealer)
