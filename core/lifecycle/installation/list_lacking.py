"""Which workspaces have not given what this version asks for: after an update that needs more."""

from collections.abc import Awaitable, Callable, Collection

import asyncpg

from core.db.database import Database
from core.kernel.errors import DomainError, Postponed
from core.kernel.ids import TenantId
from core.lifecycle import store
from core.tenancy.installation.scopes import missing
from core.tenancy.installation.store import find_scopes

# Without this nothing can be posted, not even what is missing: it stays with `aegis doctor`.
TELLING = "chat:write"

Tell = Callable[[TenantId, Collection[str]], Awaitable[None]]


async def tell_lacking(database: Database, tell: Tell) -> None:
    """Have somebody of each of them told, where that can be. *tell* is called with each start, and
    says it once."""
    for tenant, scopes in (await list_lacking(database)).items():
        if TELLING not in scopes:
            await tell(tenant, scopes)


async def list_lacking(database: Database) -> dict[TenantId, frozenset[str]]:
    """Active workspace → scopes, by what Slack said when it was installed. A workspace without a
    token of its own has what its organization gave. Where nobody knows, nothing is missing."""
    async with database.control() as tx:
        registered = await store.list_registered(tx)
        active = {found.tenant_id: found.kind for found in registered if found.status == "active"}
        shared = {
            linked.tenant_id: tenant
            for tenant, kind in active.items()
            if kind == "organization"
            for linked in await store.list_linked(tx, tenant)
        }
    granted = {tenant: await _granted(database, tenant) for tenant in active}
    lacking = {}
    for tenant, kind in active.items():
        own = granted[tenant]
        given = granted.get(shared[tenant]) if own is None and tenant in shared else own
        if kind == "workspace" and given and (scopes := missing(given)):
            lacking[tenant] = scopes
    return lacking


async def _granted(database: Database, tenant: TenantId) -> str | None:
    """None without a token that Slack takes, and where the tables cannot be read now."""
    try:
        context = await database.tenant(tenant)
        async with context.db.transaction() as tx:
            return await find_scopes(tx, tenant)
    except (DomainError, Postponed, asyncpg.PostgresError):
        return None
