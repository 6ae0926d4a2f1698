"""The only way to a tenant's tables: a transaction, or a snapshot, inside its role and schema."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from core.db import scope, sql
from core.db.pool import Connection, Pool, acquired, entered
from core.db.transaction import Moment, Snapshot, Tx
from core.kernel.errors import Conflict, NotFound
from core.kernel.ids import TenantId
from core.kernel.sealing import Sealer

SQL = sql.load("core.db")


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

        async def begin(connection: Connection) -> None:
            await connection.execute(self._enter)

        async with entered(self._pool, begin) as connection:
            with Tx(connection) as tx:
                yield tx

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """All of the tenant's tables as they are at one moment, to be copied out.

        Raises NotFound, and at the end Conflict when a migration has changed the tables meanwhile:
        a table that is rewritten looks empty to a snapshot that is older, so the copy is void.
        """
        taken: list[Snapshot] = []

        async def begin(connection: Connection) -> None:
            taken[:] = [await self._take_snapshot(connection)]

        async with entered(self._pool, begin, isolation="repeatable_read", readonly=True):
            with taken[0] as snapshot:
                yield snapshot
        async with acquired(self._pool) as connection:
            after = await connection.fetchrow(SQL["find_tenant"], self.tenant_id)
        if after is None or after["schema_version"] != snapshot.moment.schema_version:
            raise Conflict("This workspace was being updated. Please try again.")

    async def _take_snapshot(self, connection: Connection) -> Snapshot:
        # What a copy looks like must not depend on the server's settings, nor stop halfway.
        await connection.execute("set local datestyle = 'ISO'")
        await connection.execute("set local timezone = 'UTC'")
        await connection.execute("set local statement_timeout = 0")
        # As the login itself, which may read the registry: the first look takes the snapshot.
        found = await connection.fetchrow(SQL["find_moment"], self.tenant_id)
        if found is None:
            raise NotFound("This workspace is not set up with AEGIS.")
        # The catalogs too: a tenant's role may not read them (core/isolation/close_ways.py).
        columns = await connection.fetch(SQL["list_own_columns"], scope.schema_of(self.tenant_id))
        await connection.execute(self._enter)
        return Snapshot(connection, Moment(**found), columns)


@dataclass(frozen=True, slots=True)
class TenantContext:
    """Who this work is for. Made only by `core.db.database`; a prompt, a search and an answer
    each ask for one, so none can be built for nobody or for two tenants at once."""

    tenant_id: TenantId
    db: TenantDB
    sealer: Sealer
    digest_key: bytes = field(repr=False)
    schema_version: int

    def fingerprint(self, text: str) -> str:
        """A keyed digest (HMAC-SHA256, RFC 2104, 64 hex characters): what the audit log keeps in
        place of what a person wrote. Only who holds the tenant's key can test a guess."""
        return hmac.new(self.digest_key, text.encode(), hashlib.sha256).hexdigest()
