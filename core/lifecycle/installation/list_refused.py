"""Whose token Slack takes no more, for the operator."""

import asyncpg

from core.db.database import Database
from core.kernel.errors import DomainError
from core.kernel.ids import TenantId
from core.lifecycle import store
from core.tenancy.installation.store import find_refused


async def list_refused(database: Database) -> dict[TenantId, str]:
    """Tenant → Slack's word for why. One whose tables cannot be read now is left out."""
    async with database.control() as tx:
        registered = await store.list_registered(tx)
    refused: dict[TenantId, str] = {}
    for found in registered:
        if found.status not in ("active", "frozen"):
            continue
        try:
            context = await database.tenant(found.tenant_id, while_frozen=True)
            async with context.db.transaction() as tx:
                code = await find_refused(tx, context.tenant_id)
        except (DomainError, asyncpg.PostgresError):
            continue
        if code:
            refused[context.tenant_id] = code
    return refused
