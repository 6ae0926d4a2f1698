"""How large a backend of the service's pool grows when it meets every tenant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.installation import SERVICE_LOGIN, Installation
from bench.processes import BenchError
from bench.tenants.fleet import admin_of
from core.db.pool import Connection
from core.kernel.ids import TenantId

# Between two looks a backend grows by a few megabytes at most.
LOOK_EVERY = 10
_PRIVATE = re.compile(r"^Private_(?:Clean|Dirty):\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class BackendMemory:
    """Of the largest backend, and how many there have been in turn."""

    largest_mb: float
    backends: int
    tables: int


async def touch_every_tenant(
    installation: Installation, tenants: Sequence[TenantId]
) -> BackendMemory:
    """Read every table of every tenant through the product's pool, one tenant after the other: the
    pool hands out the connection that came back last, so one backend has to bear it all."""
    largest, met = 0.0, set[int]()
    async with admin_of(installation) as admin:
        statements = await _reads(admin, tenants[0])
        for number, tenant in enumerate(tenants, 1):
            context = await installation.storage.database.tenant(tenant)
            async with context.db.transaction() as tx:
                for statement in statements:
                    await tx.fetchval(statement)
            if number % LOOK_EVERY == 0 or number == len(tenants):
                for pid in await _backends(admin):
                    met.add(pid)
                    largest = max(largest, private_mb(pid))
    return BackendMemory(largest, len(met), len(statements))


def private_mb(pid: int) -> float:
    """What a process has in memory for itself alone (proc(5), smaps_rollup). Zero if it is gone."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        if not Path("/proc/self/smaps_rollup").exists():
            raise BenchError("memory can be measured on Linux only") from None
        return 0.0
    return sum(map(int, _PRIVATE.findall(told))) / 1024


async def _reads(admin: Connection, tenant: TenantId) -> list[str]:
    """A statement for each table; the server writes the name into it."""
    rows = await admin.fetch(
        "select format('select count(*) from %I', relname) as statement from pg_class"
        " where relnamespace = ('tenant_' || $1::text)::regnamespace and relkind = 'r'"
        " order by relname",
        tenant,
    )
    return [row["statement"] for row in rows]


async def _backends(admin: Connection) -> list[int]:
    rows = await admin.fetch("select pid from pg_stat_activity where usename = $1", SERVICE_LOGIN)
    return [row["pid"] for row in rows]
