"""Make a tenant: id, role, schema, data key. Runs as the admin login, in one transaction."""

from collections.abc import Sequence

from core.db import migrate, scope
from core.db.pool import Connection
from core.kernel.ids import TenantId, new_id, tenant_id
from core.kernel.sealing import Sealer
from core.kernel.tenant_keys import TenantKeys
from core.tenancy import store


async def provision_tenant(
    admin: Connection,
    master: Sealer,
    service_login: str,
    team_id: str,
    migrations: Sequence[migrate.Migration] | None = None,
) -> TenantId:
    """A new tenant for a workspace, ready for use. Raises UniqueViolationError if it has one.

    *migrations*: to be at another version than the newest, as a tenant of an older program is.
    """
    tenant = tenant_id(new_id())
    async with admin.transaction():
        await _register(admin, master, tenant, "workspace")
        await admin.execute(store.SQL["link_workspace"], team_id, tenant)
        await make_schema(admin, tenant, service_login, migrations)
    return tenant


async def provision_organization(
    admin: Connection, master: Sealer, service_login: str, enterprise_id: str
) -> TenantId:
    """A new record of an organization's installation, with a key and a schema for its token alone.

    Raises UniqueViolationError if it has one.
    """
    tenant = tenant_id(new_id())
    async with admin.transaction():
        await _register(admin, master, tenant, "organization")
        await admin.execute(store.SQL["link_organization"], enterprise_id, tenant)
        await make_schema(admin, tenant, service_login)
    return tenant


async def _register(admin: Connection, master: Sealer, tenant: TenantId, kind: str) -> None:
    await admin.fetchval(migrate.SQL["hold_keys"], "master")
    wrapped = TenantKeys.new().wrap(master, tenant)
    await admin.execute(store.SQL["put_tenant"], tenant, wrapped, master.key_id, kind)


async def make_schema(
    admin: Connection,
    tenant: TenantId,
    service_login: str,
    migrations: Sequence[migrate.Migration] | None = None,
) -> None:
    """The role and the schema of a tenant that is registered at version 0."""
    await admin.execute(scope.creation(tenant))
    grant = await admin.fetchval(
        migrate.SQL["grant_tenant"], scope.schema_of(tenant), service_login
    )
    await admin.execute(grant)
    await migrate.migrate_tenant(admin, tenant, migrations)
