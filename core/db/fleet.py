"""Migrate a fleet of tenants: a few at a time, each for itself.

One that cannot be migrated stays as it was, is named with a reason an operator can act on, and holds
up nobody. Nothing is remembered between runs but each tenant's version, so a run that was killed is
taken up by the next.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from core.db.migrate import SQL, VERSION_MOVED, Migration, load, raise_tenant
from core.db.pool import Connection
from core.kernel.ids import TenantId, tenant_id

AT_ONCE = 4
# A backend keeps the catalog of each tenant it has met: a few hundred kilobytes for a whole schema.
TENANTS_A_CONNECTION = 200
CONNECT_SECONDS = 10.0

# How many tenants have been seen to, of how many.
Progress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class FleetReport:
    """How many tenants are up to date now that were not, and why the others are not."""

    migrated: int
    failed: dict[TenantId, str]


async def migrate_fleet(
    admin_dsn: str,
    migrations: Sequence[Migration] | None = None,
    *,
    at_once: int = AT_ONCE,
    progress: Progress = no_progress,
) -> FleetReport:
    """Bring every tenant to the end of *migrations* (by default, of all there are).

    Raises OSError or asyncpg.PostgresError only when the server cannot be reached any more.
    """
    wanted = load("tenant") if migrations is None else migrations
    async with _connected(admin_dsn) as admin:
        rows = await admin.fetch(SQL["list_outdated_tenants"], len(wanted))
    waiting = deque((tenant_id(row["tenant_id"]), row["schema_version"]) for row in rows)
    failed: dict[TenantId, str] = {}
    done = 0

    async def work() -> None:
        while waiting:
            async with _connected(admin_dsn) as connection:
                await use(connection)

    async def use(connection: Connection) -> None:
        nonlocal done
        for _ in range(TENANTS_A_CONNECTION):
            if not waiting or connection.is_closed():
                return
            tenant, version = waiting.popleft()
            if why := await _attempt(connection, tenant, version, wanted):
                failed[tenant] = why
            done += 1
            progress(done, len(rows))

    await asyncio.gather(*(work() for _ in range(min(at_once, len(rows)))))
    return FleetReport(len(rows) - len(failed), failed)


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[Connection]:
    # No statement is kept under a name: each is run once, and a pooler would not know the name.
    connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, statement_cache_size=0)
    try:
        yield connection
    finally:
        await connection.close(timeout=CONNECT_SECONDS)


async def _attempt(
    connection: Connection, tenant: TenantId, version: int, migrations: Sequence[Migration]
) -> str:
    """Why the tenant is not up to date; empty when it is."""
    try:
        await raise_tenant(connection, tenant, version, migrations)
        return ""
    except asyncpg.PostgresError as error:
        if error.sqlstate == VERSION_MOVED:
            return await _moved(connection, tenant, len(migrations))
        why = explain(error)
    except (OSError, asyncpg.InterfaceError):
        why = "the connection to the server was lost: run it again"
    names = [migration.name for migration in migrations[version:]]
    return f"{names[0]}: {why}" if len(names) == 1 else f"{names[0]} to {names[-1]}: {why}"


async def _moved(connection: Connection, tenant: TenantId, newest: int) -> str:
    """Another run was quicker, or the tenant is being erased: neither is a failure."""
    version = await connection.fetchval(SQL["find_schema_version"], tenant)
    if version is None or version >= newest:
        return ""
    return "another program is migrating it to an older version: stop that, then run it again"


# By the beginning of the SQLSTATE (PostgreSQL, appendix A); the longest that fits is taken.
_REASONS = {
    "": "the server refused",
    "08": "the connection to the server was lost: run it again",
    "22": "a value in its rows does not fit the new type or rule: put it right, then run it again",
    "23": "its rows break a rule of the new version: put them right, then run it again",
    "3F": "its schema is missing, or was changed by hand: compare it with migrations/schema",
    "40P01": "its tables were in use (a deadlock): run it again",
    "42": "its schema was changed by hand: compare it with migrations/schema",
    "42501": "the admin's login lacks a right on it: `aegis doctor` names the rights",
    "53": "the server has run out of disk, memory or connections: make room, then run it again",
    "55P03": "its tables were in use for more than 2 seconds (pg_stat_activity shows by whom): "
    "run it again",
    "57014": "a statement took more than 60 seconds, or was cancelled: run it again at a quiet time",
    "57P": "the server is shutting down, or closed the connection: run it again",
}


def explain(error: asyncpg.PostgresError) -> str:
    """What an operator can do about it. The server's own text may quote what is in the tables, so
    only the names of things are taken from it, and those are of our migrations."""
    state = error.sqlstate or ""
    fits = max((start for start in _REASONS if state.startswith(start)), key=len)
    names = [
        f"{kind} {name}"
        for kind in ("table", "column", "constraint")
        if (name := getattr(error, f"{kind}_name", None))
    ]
    return f"{_REASONS[fits]} ({', '.join([*names, f'SQLSTATE {state}'])})"
