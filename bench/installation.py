"""A durable PostgreSQL of our own, migrated, with as many workspaces as a measurement asks for."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bot.postgres import EmbeddedPostgres, Server
from bot.storage import Addresses, Storage, migrate_all, open_storage
from core.db import scope
from core.db.tenant import TenantContext
from core.kernel.ids import TenantId
from core.kernel.sealing import Sealer, new_key
from core.kernel.secret import Secret
from core.kernel.signing import Signer
from core.tenancy.install_workspace import Grant, install_workspace

SERVICE_LOGIN = "aegis_bench"
STOP_SECONDS = 300.0
_INSTALLED_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Installation:
    """What a service finds when it starts: a database, its keys, and workspaces."""

    server: Server
    storage: Storage
    master_key: bytes
    workspaces: dict[str, TenantId]

    def environment(self) -> dict[str, str]:
        """The settings under which `aegis` uses this database."""
        return {
            "DATABASE_URL": self.server.dsn(user=SERVICE_LOGIN),
            "DATABASE_ADMIN_URL": self.server.dsn(),
            "AEGIS_MASTER_KEY": base64.b64encode(self.master_key).decode(),
            "AEGIS_SESSION_KEY": base64.b64encode(new_key()).decode(),
            "AEGIS_SIGNING_KEY": base64.b64encode(new_key()).decode(),
        }

    async def context(self) -> TenantContext:
        """The context of the first workspace."""
        return await self.storage.database.tenant(next(iter(self.workspaces.values())))

    async def stored_events(self) -> tuple[int, int]:
        """How many events lie in the inboxes of all tenants, and how many mailboxes wait."""
        admin = await asyncpg.connect(self.server.dsn())
        try:
            events = 0
            for tenant in self.workspaces.values():
                # A schema's name is no parameter; it is made from a checked id.
                inbox = f"{scope.schema_of(tenant)}.inbox_event"
                events += await admin.fetchval(f"select count(*) from {inbox}")
            return events, await admin.fetchval("select count(*) from control.mailbox")
        finally:
            await admin.close()

    async def empty_inboxes(self) -> None:
        """Every phase begins with the same, empty tables."""
        tables = [f"{scope.schema_of(tenant)}.inbox_event" for tenant in self.workspaces.values()]
        admin = await asyncpg.connect(self.server.dsn())
        try:
            await admin.execute(f"truncate control.mailbox, {', '.join(tables)}")
        finally:
            await admin.close()


@asynccontextmanager
async def open_installation(folder: Path, workspaces: int) -> AsyncIterator[Installation]:
    """Make it in *folder*, fsync on as in production; the server stops when the block ends."""
    embedded = EmbeddedPostgres(folder / "data")
    server = await asyncio.to_thread(embedded.start)
    try:
        await _make_login(server)
        key = new_key()
        where = Addresses(
            server.dsn(user=SERVICE_LOGIN),
            server.dsn(),
            Sealer(key),
            Signer(new_key()),
            Secret("session" * 5),
        )
        await migrate_all(where)
        async with open_storage(where) as storage:
            yield Installation(server, storage, key, await _install(storage, workspaces))
    finally:
        await asyncio.to_thread(embedded.stop)
        await asyncio.to_thread(_wait_until_stopped, folder / "data" / "postmaster.pid")


def _wait_until_stopped(pid_file: Path) -> None:
    """The server writes out what it has in memory first: a minute, if there are many tenants."""
    deadline = time.monotonic() + STOP_SECONDS
    while pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


async def _make_login(server: Server) -> None:
    admin = await asyncpg.connect(server.dsn())
    try:
        await admin.execute(f"create role {SERVICE_LOGIN} login noinherit")
    finally:
        await admin.close()


async def _install(storage: Storage, count: int) -> dict[str, TenantId]:
    gate = asyncio.Semaphore(_INSTALLED_AT_ONCE)

    async def install(team_id: str) -> TenantId:
        async with gate:
            grant = Grant(team_id, Secret("xoxb-of-the-bench"), "UBENCHBOT")
            return await install_workspace(storage.database, storage.provisioner, grant)

    teams = [f"TBENCH{number:04}" for number in range(count)]
    tenants = await asyncio.gather(*map(install, teams))
    return dict(zip(teams, tenants, strict=True))
