"""What the number of tenants does to one tenant's query, and to the first change of role."""

import time
from statistics import median

import asyncpg

from bench.installation import SERVICE_LOGIN, Installation
from bench.tenants.fleet import admin_of
from core.db import scope
from core.db.tenant import TenantContext
from core.kernel.ids import TenantId
from core.tenancy import store
from core.tenancy.model import Person
from core.tenancy.provision import provision_tenant

WARM_UPS, QUERIES, ROUNDS = 200, 300, 9
TRIES = 9


async def compare(many: TenantContext, few: TenantContext) -> tuple[float, float]:
    """The median of a hot query among many tenants, in milliseconds, and how many times that is of
    the one among few: the median of rounds in which the two take turns, since machines have moods.
    """
    for context in (many, few):
        async with context.db.transaction() as tx:
            await store.put_person(tx, Person("U1", "member", "Ana"))
        await _hot_query(context, WARM_UPS)
    among_many, ratios = list[float](), list[float]()
    for number in range(ROUNDS):
        order = (many, few) if number % 2 else (few, many)
        taken = {id(context): await _hot_query(context, QUERIES) for context in order}
        among_many.append(taken[id(many)])
        ratios.append(taken[id(many)] / taken[id(few)])
    return median(among_many), median(ratios)


async def _hot_query(context: TenantContext, times: int) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        async with context.db.transaction() as tx:
            await store.find_person(tx, "U1", fresh_seconds=3600)
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken)


async def first_set_role(installation: Installation, tenant: TenantId) -> tuple[float, float]:
    """Milliseconds to enter a tenant: the first time in a new connection, and the first time after
    somebody has made another tenant, whose grant has the server count the login's roles anew."""
    fresh, granted = list[float](), list[float]()
    async with admin_of(installation) as admin:
        for number in range(TRIES):
            service = await asyncpg.connect(installation.server.dsn(user=SERVICE_LOGIN))
            try:
                fresh.append(await _enter(service, tenant))
                team = f"TGRANT{number:06}"
                await provision_tenant(
                    admin, installation.storage.provisioner.master, SERVICE_LOGIN, team
                )
                granted.append(await _enter(service, tenant))
            finally:
                await service.close()
    return median(fresh), median(granted)


async def _enter(service: "asyncpg.Connection[asyncpg.Record]", tenant: TenantId) -> float:
    async with service.transaction():
        started = time.perf_counter()
        await service.execute(scope.enter(tenant))
        return (time.perf_counter() - started) * 1000
