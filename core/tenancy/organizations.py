"""Whose token speaks in a workspace: its own, or its organization's where it has none."""

from dataclasses import dataclass

from core.db.database import Database
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError, NotFound, Refused
from core.kernel.ids import TenantId
from core.tenancy import store
from core.tenancy.installation import store as installation
from core.tenancy.installation.model import TokenVersion

# The tokens that may speak for a tenant: whose each is, and which.
Speaking = frozenset[tuple[TenantId, TokenVersion]]


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


async def find_installer(context: TenantContext) -> str | None:
    """The Slack id of the person who installed the app for this workspace or organization."""
    async with context.db.transaction() as tx:
        return await installation.find_installer(tx, context.tenant_id)


async def find_installer_of_organization(database: Database, workspace: TenantId) -> str | None:
    """The same of the organization that a workspace belongs to, if its token speaks there."""
    linked = await find_organization_of(database, workspace)
    if linked is None or linked.organization is None:
        return None
    try:
        return await find_installer(await database.tenant(linked.organization))
    except DomainError:
        return None


async def list_speaking(database: Database, tenant: TenantId) -> Speaking:
    """What the tenant has that Slack has not refused, a frozen one too; at the most two tokens.

    Raises NotFound, Unavailable.
    """
    found = await _version_of(database, tenant)
    linked = await find_organization_of(database, tenant)
    if linked is None or linked.organization is None:
        return found
    try:
        return found | await _version_of(database, linked.organization, while_frozen=False)
    except (NotFound, Refused):
        return found


async def _version_of(
    database: Database, tenant: TenantId, *, while_frozen: bool = True
) -> Speaking:
    context = await database.tenant(tenant, while_frozen=while_frozen)
    async with context.db.transaction() as tx:
        version = await installation.find_version(tx, tenant)
    return frozenset({(tenant, version)} if version else ())
