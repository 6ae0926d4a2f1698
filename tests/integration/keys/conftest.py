"""A database of its own for each test: a rotation of the master key concerns everybody in one."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest

from bot.postgres.supervisor import Server
from core.db import migrate
from core.db.database import Database
from core.db.pool import Pool, open_pool
from core.kernel.ids import TenantId
from core.kernel.sealing import Sealer
from core.kernel.secret import Secret
from core.tenancy.install_workspace import Grant, Provisioner, install_workspace
from tests.conftest import SERVICE_LOGIN

TEMPLATE = "keys_template"


class Place:
    """A database, and the processes that use it: each with a pool and caches of its own."""

    def __init__(self, admin: asyncpg.Connection, admin_dsn: str, service_dsn: str) -> None:
        self.admin, self.admin_dsn, self.service_dsn = admin, admin_dsn, service_dsn
        self._one_at_a_time = asyncio.Lock()
        self._pools: list[Pool] = []
        self.databases: list[Database] = []
        self._masters: dict[Database, Sealer] = {}

    async def process(self, master: Sealer) -> Database:
        pool = await open_pool(self.service_dsn, size=4)
        self._pools.append(pool)
        database = Database(pool, master)
        self.databases.append(database)
        self._masters[database] = master
        return database

    def master_of(self, database: Database) -> Sealer:
        return self._masters[database]

    def provisioner(self, master: Sealer) -> Provisioner:
        return Provisioner(self.admin_dsn, SERVICE_LOGIN, master)

    async def install(self, database: Database, master: Sealer, token: str) -> TenantId:
        """A new workspace with its bot token."""
        grant = Grant("T" + os.urandom(5).hex().upper(), Secret(token), "U1")
        return await install_workspace(database, self.provisioner(master), grant)

    async def all_look_anew(self) -> None:
        """In place of waiting until what every process keeps has grown old."""
        async with self._one_at_a_time:
            rows = await self.admin.fetch("select tenant_id from control.tenant")
        for database in self.databases:
            for row in rows:
                database.forget(row["tenant_id"])

    async def waits_for_a_lock(self) -> bool:
        """Somebody stands before an advisory lock; it can be asked while everybody looks anew."""
        async with self._one_at_a_time:
            found = await self.admin.fetchval(
                "select exists (select from pg_locks where locktype = 'advisory' and not granted)"
            )
        return bool(found)

    async def close(self) -> None:
        await asyncio.gather(*(asyncio.wait_for(pool.close(), 10) for pool in self._pools))
        await self.admin.close()


@pytest.fixture(scope="session")
async def template(admin_dsn: str, postgres: Server) -> AsyncIterator[str]:
    admin = await asyncpg.connect(admin_dsn)
    await admin.execute(f"create database {TEMPLATE}")
    inside = await asyncpg.connect(postgres.dsn(database=TEMPLATE))
    await migrate.migrate_shared(inside, SERVICE_LOGIN)
    await inside.close()
    yield TEMPLATE
    await admin.execute(f"drop database {TEMPLATE}")
    await admin.close()


@pytest.fixture
async def place(admin_dsn: str, template: str, postgres: Server) -> AsyncIterator[Place]:
    name = f"keys_{os.urandom(4).hex()}"
    admin = await asyncpg.connect(admin_dsn)
    await admin.execute(f"create database {name} template {template}")
    dsn = postgres.dsn(database=name)
    opened = Place(await asyncpg.connect(dsn), dsn, postgres.dsn(user=SERVICE_LOGIN, database=name))
    try:
        yield opened
    finally:
        with suppress(TimeoutError):
            await opened.close()
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()
