"""Whose token speaks in a workspace that has none of its own."""

from dataclasses import dataclass

from core.db.database import Database
from core.kernel.ids import TenantId
from core.tenancy import store


@dataclass(frozen=True, slots=True)
class Linked:
    """A workspace by its Slack id, and the record of the organization that enabled AEGIS in it."""

    team_id: str
    organization: TenantId | None


async def find_organization_of(database: Database, workspace: TenantId) -> Linked | None:
    """None for what is no workspace."""
    async with database.control() as tx:
        found = await store.find_organization_of(tx, workspace)
    return Linked(found[1], found[0]) if found else None
