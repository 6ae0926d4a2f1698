"""A fleet on a server of its own: made, measured, migrated."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from bench.installation import SERVICE_LOGIN, Installation
from bench.processes import BenchError
from core.db.fleet import migrate_fleet
from core.db.migrate import Migration, load
from core.db.pool import Connection
from core.kernel.ids import TenantId
from core.tenancy.provision import provision_tenant

# As many as a connection of `aegis migrate` meets before it is given up.
TENANTS_A_CONNECTION = 200
LONGEST_SETTLING_SECONDS = 60


async def provision(installation: Installation, count: int) -> tuple[list[TenantId], list[float]]:
    """Make tenants one by one; their ids, and the milliseconds each took."""
    tenants, taken = list[TenantId](), list[float]()
    while len(tenants) < count:
        async with admin_of(installation) as admin:
            for _ in range(min(TENANTS_A_CONNECTION, count - len(tenants))):
                team = f"TFLEET{len(tenants):06}"
                started = time.perf_counter()
                tenants.append(
                    await provision_tenant(
                        admin, installation.storage.provisioner.master, SERVICE_LOGIN, team
                    )
                )
                taken.append((time.perf_counter() - started) * 1000)
    return tenants, taken


async def migrate(installation: Installation, count: int) -> float:
    """Add a column to a table of every tenant; milliseconds for each."""
    migrations = load("tenant")
    added = Migration(
        len(migrations) + 1, "bench.sql", "alter table {schema}.person add column note text"
    )
    started = time.perf_counter()
    report = await migrate_fleet(installation.server.dsn(), [*migrations, added])
    taken = time.perf_counter() - started
    if report.failed or report.migrated != count:
        raise BenchError(f"only {report.migrated} of {count} tenants were migrated")
    # The service would refuse tenants that are newer than it is.
    async with admin_of(installation) as admin:
        await admin.execute("update control.tenant set schema_version = $1", len(migrations))
    return taken * 1000 / count


async def catalog_mb(installation: Installation) -> float:
    async with admin_of(installation) as admin:
        size: int = await admin.fetchval(
            "select sum(pg_total_relation_size(oid))::bigint from pg_catalog.pg_class"
            " where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'"
        )
    return size / 2**20


async def settle(installation: Installation) -> None:
    """Have the server done with what it does in the background, so that it is not measured."""
    async with admin_of(installation) as admin:
        await admin.execute("checkpoint")
        for _ in range(LONGEST_SETTLING_SECONDS):
            if not await admin.fetchval(
                "select true from pg_stat_activity where backend_type = 'autovacuum worker' limit 1"
            ):
                return
            await asyncio.sleep(1)


@asynccontextmanager
async def admin_of(installation: Installation) -> AsyncIterator[Connection]:
    admin = await asyncpg.connect(installation.server.dsn())
    try:
        yield admin
    finally:
        await admin.close()
