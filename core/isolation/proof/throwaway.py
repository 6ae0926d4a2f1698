"""Tenants that live as long as a proof: registered and complete, but of no workspace.

Nothing looks for a tenant but through its workspace (events, jobs, lists), so none of them is ever
served. Their schemas bear a mark, by which the next proof finds what a killed one has left.
"""

import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from core.db import scope, sql
from core.db.database import Database
from core.db.pool import Connection
from core.db.tenant import TenantContext
from core.kernel.errors import Conflict
from core.kernel.ids import TenantId, new_id, tenant_id
from core.tenancy.install_workspace import Provisioner
from core.tenancy.provision import provision_tenant

log = logging.getLogger(__name__)

SQL = sql.load("core.isolation.proof")

MARK = "made by `aegis isolation prove`, and erased at its end"
_LOCK = 0x50524F56  # "PROV": one proof at a time
_TRIES = 5


@asynccontextmanager
async def throwaway_tenants(
    database: Database, provisioner: Provisioner, admin: Connection, count: int
) -> AsyncIterator[list[TenantContext]]:
    """*count* fresh tenants; they and any leftovers of earlier proofs are erased, whatever happens.
    After an error *admin* is closed.

    Raises Conflict while another proof runs.
    """
    guard = await asyncpg.connect(provisioner.admin_dsn)
    try:
        async with guard.transaction():
            if not await guard.fetchval(SQL["hold_proof"], _LOCK):
                raise Conflict("Another proof of isolation is running. Please wait for its end.")
            await _erase_marked(database, provisioner)
            try:
                made = [await _make(provisioner, admin) for _ in range(count)]
                yield [await database.tenant(tenant) for tenant in made]
            except BaseException:
                # Cut off in the middle of a commit, its transaction may be open still: what is erased
                # in there comes back with its end.
                admin.terminate()
                raise
            finally:
                await _erase_marked(database, provisioner)
    finally:
        await guard.close()


async def _make(provisioner: Provisioner, admin: Connection) -> TenantId:
    """A tenant whose workspace was unlinked before anyone could see it: in one transaction."""
    async with admin.transaction():
        tenant = await provision_tenant(
            admin, provisioner.master, provisioner.service_login, f"isolation-proof-{new_id()}"
        )
        await admin.execute(SQL["unlink_workspace"], tenant)
        text = await admin.fetchval(SQL["mark_schema"], scope.schema_of(tenant), MARK)
        await admin.execute(text)
    return tenant


async def _erase_marked(database: Database, provisioner: Provisioner) -> None:
    admin = await asyncpg.connect(provisioner.admin_dsn)
    try:
        for row in await admin.fetch(SQL["list_marked"], MARK):
            tenant = tenant_id(row["nspname"].removeprefix("tenant_"))
            database.forget(tenant)
            await _erase_in_the_end(admin, tenant)
    finally:
        await admin.close()


async def _erase_in_the_end(admin: Connection, tenant: TenantId) -> None:
    for _ in range(_TRIES):
        # Someone who signs checkpoints may write one of this tenant meanwhile.
        with contextlib.suppress(asyncpg.ForeignKeyViolationError):
            await _erase(admin, tenant)
            return
    log.error("a throwaway tenant could not be erased", extra={"tenant": tenant})


async def _erase(admin: Connection, tenant: TenantId) -> None:
    async with admin.transaction():
        await admin.execute(scope.removal(tenant))
        await admin.execute(SQL["forget_tenant"], tenant)
