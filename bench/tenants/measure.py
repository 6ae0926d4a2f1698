"""Measure a fleet of tenants on two throwaway servers: one with all of them, one with a tenth."""

import sys
from pathlib import Path
from statistics import median

from bench.installation import Installation, open_installation
from bench.tenants import fleet
from bench.tenants.latency import compare, first_set_role
from bench.tenants.lifecycle import export_and_erase
from bench.tenants.memory import touch_every_tenant
from bench.tenants.model import TenantFigures
from core.kernel.ids import TenantId


async def measure_tenants(folder: Path, count: int) -> TenantFigures:
    """Raises BenchError when a figure cannot be taken."""
    few = max(count // 10, 1)
    async with (
        open_installation(folder / "many", 0) as many,
        open_installation(folder / "few", 0) as small,
    ):
        _say(f"making {count} tenants")
        tenants, taken = await fleet.provision(many, count)
        others, _ = await fleet.provision(small, few)
        _say("touching every tenant")
        memory = await touch_every_tenant(many, tenants)
        await touch_every_tenant(small, others)
        hot_ms, ratio = await _ask_in_turn(many, tenants[0], small, others[0])
        _say("migrating")
        migrate_ms = await fleet.migrate(many, count)
        catalog_mb = await fleet.catalog_mb(many)
        _say("exporting and erasing")
        lifecycle = await export_and_erase(many, tenants[count // 2], folder)
        fresh_ms, granted_ms = await first_set_role(many, tenants[0])
    return TenantFigures(
        tenants=count,
        few=few,
        tables=memory.tables,
        provision_ms_p50=median(taken),
        catalog_mb=catalog_mb,
        backend_mb=memory.largest_mb,
        backends=memory.backends,
        migrate_ms_per_tenant=migrate_ms,
        export_s=lifecycle.export_s,
        erase_s=lifecycle.erase_s,
        lifecycle_mb=lifecycle.size_mb,
        hot_query_ms=hot_ms,
        hot_query_ratio=ratio,
        fresh_set_role_ms=fresh_ms,
        granted_set_role_ms=granted_ms,
    )


async def _ask_in_turn(
    many: Installation, of_many: TenantId, small: Installation, of_few: TenantId
) -> tuple[float, float]:
    _say("asking one tenant, here and there")
    await fleet.settle(many)
    return await compare(
        await many.storage.database.tenant(of_many), await small.storage.database.tenant(of_few)
    )


def _say(what: str) -> None:
    print(f"  {what} …", file=sys.stderr)
