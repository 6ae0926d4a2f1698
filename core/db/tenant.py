"""The only way to a tenant's tables: a transaction, or a snapshot, inside its role and schema."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from core.db import scope, sql
from core.db.pool import Connection, Pool
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
        async with AsyncExitStack() as stack:
            try:
                connection = await self._entered(stack)
            except asyncpg.InsufficientPrivilegeError:
                # A backend may keep a list of memberships from before this tenant was made, when
                # others are made at the same moment. New backends read it anew; once is enough.
                await self._pool.expire_connections()
                connection = await self._entered(stack)
            tx = Tx(connection)
            try:
                yield tx
            finally:
                tx.close()

    async def _entered(self, stack: AsyncExitStack) -> Connection:
        """A connection inside the tenant, until *stack* ends; given back at once if it may not."""
        async with AsyncExitStack() as entering:
            connection = await entering.enter_async_context(self._pool.acquire())
            await entering.enter_async_context(connection.transaction())
            await connection.execute(self._enter)
            stack.push_async_exit(entering.pop_all())
        return connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """All of the tenant's tables as they are at one moment, to be copied out.

        Raises NotFound, and at the end Conflict when a migration has changed the tables meanwhile:
        a table that is rewritten looks empty to a snapshot that is older, so the copy is void.
        """
        async with self._pool.acquire() as connection:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                # What a copy looks like must not depend on the server's settings, nor stop halfway.
                await connection.execute("set local datestyle = 'ISO'")
                await connection.execute("set local timezone = 'UTC'")
                await connection.execute("set local statement_timeout = 0")
                # As the login itself, which may read the registry: the first look takes the snapshot.
                found = await connection.fetchrow(SQL["find_moment"], self.tenant_id)
                if found is None:
                    raise NotFound("This workspace is not set up with AEGIS.")
                # The catalogs too: a tenant's role may not read them (core/isolation/close_ways.py).
                schema = scope.schema_of(self.tenant_id)
                columns = await connection.fetch(SQL["list_own_columns"], schema)
                await connection.execute(self._enter)
                snapshot = Snapshot(connection, Moment(**found), columns)
                try:
                    yield snapshot
                finally:
                    snapshot.close()
            after = await connection.fetchrow(SQL["find_tenant"], self.tenant_id)
            if after is None or after["schema_version"] != found["schema_version"]:
                raise Conflict("This workspace was being updated. Please try again.")


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
