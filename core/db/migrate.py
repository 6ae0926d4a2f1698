"""Bring the switchboard and every tenant's schema up to date: plain SQL files, in order.

Shared migrations are recorded in control.migration with their checksum; a tenant's version is a
number in control.tenant, set in the same transaction as the change, so a tenant is old or new and
never between. Runs as the admin login; everything made belongs to aegis_owner.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from core.db import scope, sql
from core.db.pool import Connection
from core.kernel.ids import TenantId

SQL = sql.load("core.db")
_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
VERSION_MOVED = "AEG01"  # the SQLSTATE of begin_migration, below in queries.sql
_SHARED_LOCK = 0x41454749  # "AEGI": one migration run at a time, per transaction


class MigrationError(Exception):
    """The files and the database do not agree; the message names the file and the way out."""


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def load(folder: str) -> list[Migration]:
    """The migrations of `shared` or `tenant`, in order. Raises MigrationError on a gap."""
    found = []
    for file in sorted(resources.files("migrations").joinpath(folder).iterdir(), key=str):
        match = _FILE.fullmatch(file.name)
        if match:
            found.append(Migration(int(match[1]), file.name, file.read_text("utf-8")))
    if [m.version for m in found] != list(range(1, len(found) + 1)):
        raise MigrationError(f"migrations/{folder} has a gap or a double in its numbers")
    return found


async def migrate_shared(admin: Connection, service_login: str) -> list[str]:
    """Apply what is new, let *service_login* use the switchboard; returns the names applied."""
    applied = []
    async with admin.transaction():
        await admin.execute("select pg_advisory_xact_lock($1)", _SHARED_LOCK)
        await _ensure_roles(admin)
        known = await _known(admin)
        for migration in load("shared"):
            if migration.version in known:
                _check_unchanged(migration, known[migration.version])
                continue
            await admin.execute(migration.text)
            await admin.execute(
                SQL["put_migration"], migration.version, migration.name, migration.sha256
            )
            applied.append(migration.name)
        await admin.execute(await admin.fetchval(SQL["grant_service"], service_login))
    return applied


async def migrate_tenant(
    admin: Connection, tenant: TenantId, migrations: Sequence[Migration] | None = None
) -> list[str]:
    """Bring one tenant to the end of *migrations* (by default, of all there are), all or nothing.

    Returns the names applied. Raises MigrationError when it is not registered, and what
    `raise_tenant` raises.
    """
    version = await admin.fetchval(SQL["find_schema_version"], tenant)
    if version is None:
        raise MigrationError(f"tenant {tenant} is not registered, or is being erased")
    return await raise_tenant(
        admin, tenant, version, load("tenant") if migrations is None else migrations
    )


async def raise_tenant(
    admin: Connection, tenant: TenantId, version: int, migrations: Sequence[Migration]
) -> list[str]:
    """The same for a tenant that is known to be at *version*: one message to the server.

    Raises asyncpg.PostgresError and leaves the tenant as it was; its sqlstate is VERSION_MOVED when
    somebody else has migrated or erased it meanwhile. Its text may quote what is in the tables.
    """
    wanted = migrations[version:]
    if wanted:
        await admin.execute(
            scope.migration(tenant, version, wanted[-1].version, [m.text for m in wanted])
        )
    return [migration.name for migration in wanted]


async def _ensure_roles(admin: Connection) -> None:
    for role in ("owner", "service"):
        if not await admin.fetchval(SQL["has_role"], f"aegis_{role}"):
            await admin.execute(SQL[f"create_{role}_role"])
    await admin.execute(SQL["join_owner"])


async def _known(admin: Connection) -> dict[int, str]:
    if not await admin.fetchval(SQL["has_control"]):
        return {}
    return {row["version"]: row["sha256"] for row in await admin.fetch(SQL["list_migrations"])}


def _check_unchanged(migration: Migration, recorded: str) -> None:
    if migration.sha256 != recorded:
        raise MigrationError(
            f"migrations/shared/{migration.name} was changed after it was applied: "
            "write a new migration instead"
        )
