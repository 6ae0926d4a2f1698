"""The service's database: the switchboard schema, and the making of tenant contexts."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from core.db import migrate, scope, sql
from core.db.pool import Connection, Pool, acquired, entered
from core.db.tenant import TenantContext, TenantDB
from core.db.transaction import ControlTx, Tx
from core.kernel.errors import NotFound, Refused, Unavailable
from core.kernel.ids import TenantId, new_id, tenant_id
from core.kernel.sealing import CannotOpen, Sealer
from core.kernel.tenant_keys import TenantKeys

log = logging.getLogger(__name__)

SQL = sql.load("core.db")

# A frozen or erased tenant is noticed in every process within this many seconds.
CONTEXT_SECONDS = 4.0
# The oldest version of a tenant's schema that this program's statements run on.
OLDEST_SERVED = 15

NOT_SET_UP = "This workspace is not set up with AEGIS."


class Database:
    """What the product knows of its PostgreSQL: `control()` for ids, `tenant()` for the rest."""

    def __init__(self, pool: Pool, master: Sealer, *, within: float | None = None) -> None:
        """A unit of work on the switchboard that takes longer than *within* seconds is ended."""
        self._pool = pool
        self._master = master
        self._within = within
        self._contexts: dict[TenantId, tuple[float, TenantContext]] = {}
        self._sweep_at = 0.0
        self._newest = len(migrate.load("tenant"))

    @asynccontextmanager
    async def control(self) -> AsyncIterator[ControlTx]:
        """A transaction on the switchboard (`control`), with no right on any tenant's tables."""
        async with acquired(self._pool, self._within) as connection, connection.transaction():
            with ControlTx(connection) as tx:
                yield tx

    @asynccontextmanager
    async def statements(self) -> AsyncIterator[ControlTx]:
        """The same, with each statement a transaction of its own: two round trips fewer."""
        async with acquired(self._pool, self._within) as connection:
            with ControlTx(connection) as tx:
                yield tx

    async def tenant(self, wanted: str, *, while_frozen: bool = False) -> TenantContext:
        """The context of a registered, active tenant, kept for CONTEXT_SECONDS.

        *while_frozen* is for the operator alone, who verifies, exports and thaws a frozen tenant.
        Raises NotFound (unknown, or gone), Refused (frozen), Unavailable (it cannot be served now).
        """
        if while_frozen:
            # Never kept: what is served would not notice that it is frozen.
            return await self._make_context(wanted, ("active", "frozen"))
        kept = self._contexts.get(TenantId(wanted))
        if kept and kept[0] > time.monotonic():
            return kept[1]
        self._sweep()
        context = await self._make_context(wanted, ("active",))
        self._contexts[context.tenant_id] = (time.monotonic() + CONTEXT_SECONDS, context)
        return context

    @asynccontextmanager
    async def sealing(
        self, wanted: str, *, while_frozen: bool = False
    ) -> AsyncIterator[tuple[Tx, TenantContext]]:
        """A tenant's transaction for storing what is sealed, with the keys as they are now.

        As long as it runs, no rotation takes one of these keys away: what is stored under any other
        transaction may be sealed with a key that is about to go. *while_frozen* is for a token
        alone: one that was just renewed or given again. Raises what `tenant` raises.
        """
        tenant = _id_or_nobody(wanted)
        served = ("active", "frozen") if while_frozen else ("active",)

        async def begin(connection: Connection) -> TenantContext:
            await connection.fetchval(SQL["hold_keys"], tenant)
            context = await self._make_context(tenant, served, connection)
            await connection.execute(scope.enter(tenant))
            made.append(context)
            return context

        made: list[TenantContext] = []
        async with entered(self._pool, begin) as connection:
            with Tx(connection) as tx:
                yield tx, made[-1]

    def forget(self, tenant: TenantId) -> None:
        """Look this tenant up anew at the next use, as every process does by itself after a while."""
        self._contexts.pop(tenant, None)

    def _sweep(self) -> None:
        """Now and then, let go of the keys of tenants that nobody asks for: they may be erased."""
        now = time.monotonic()
        if now >= self._sweep_at:
            self._sweep_at = now + CONTEXT_SECONDS
            self._contexts = {who: kept for who, kept in self._contexts.items() if kept[0] > now}

    async def _make_context(
        self, wanted: str, served: tuple[str, ...], connection: "Connection | None" = None
    ) -> TenantContext:
        row = await (connection or self._pool).fetchrow(SQL["find_tenant"], _id_or_nobody(wanted))
        if row is None or row["status"] in ("erasing", "erased"):
            raise NotFound(NOT_SET_UP)
        tenant = tenant_id(wanted)
        if row["status"] not in served:
            raise Refused("AEGIS is switched off for this workspace.")
        self._check_served(tenant, row["schema_version"])
        keys = self._unwrap(tenant, row)
        return TenantContext(
            tenant, TenantDB(self._pool, tenant), keys.sealer(), keys.digest, row["schema_version"]
        )

    def _check_served(self, tenant: TenantId, version: int) -> None:
        if OLDEST_SERVED <= version <= self._newest:
            return
        log.error(
            "tenant has a schema version that this program does not serve",
            extra={"tenant": tenant, "version": version, "serves": [OLDEST_SERVED, self._newest]},
        )
        raise Unavailable("AEGIS is being updated for this workspace. Please try again shortly.")

    def _unwrap(self, tenant: TenantId, row: asyncpg.Record) -> TenantKeys:
        try:
            return TenantKeys.unwrap(self._master, row["wrapped_key"], tenant)
        except CannotOpen:
            log.error(
                "a tenant's key does not open with this process's master key",
                extra={"tenant": tenant, "wrapped_with": row["wrapping_key_id"]},
            )
            raise Unavailable("AEGIS cannot serve this workspace at the moment.") from None


def _id_or_nobody(wanted: str) -> TenantId:
    """What is not an id is looked up like one that nobody has: same words, same statements."""
    try:
        return tenant_id(wanted)
    except (TypeError, ValueError):
        return TenantId(new_id())
