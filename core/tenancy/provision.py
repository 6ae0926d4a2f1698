"""Make a tenant: id, role, schema, data key. Runs as the admin login, in one transaction."""

from core.db import migrate, scope, sql
from core.db.pool import Connection
from core.kernel.ids import TenantId, new_id, tenant_id
from core.kernel.sealing import Sealer
from core.kernel.tenant_keys import TenantKeys
from core.tenancy import store

DB_SQL = sql.load("core.db")


async def provision_tenant(
    admin: Connection, master: Sealer, service_login: str, team_id: str
) -> TenantId:
    """A new tenant for a workspace, ready for use. Raises UniqueViolationError if it has one."""
    tenant = tenant_id(new_id())
    schema = scope.schema_of(tenant)
    wrapped = TenantKeys.new().wrap(master, tenant)
    async with admin.transaction():
        await admin.execute(store.SQL["put_tenant"], tenant, wrapped, master.key_id)
        await admin.execute(store.SQL["link_workspace"], team_id, tenant)
        for statement in ("create_tenant_role", "create_tenant_schema", "revoke_public"):
            await _run(admin, DB_SQL[statement], schema)
        await _run(admin, DB_SQL["grant_tenant_usage"], schema)
        await _run(admin, DB_SQL["grant_tenant"], schema, service_login)
        await migrate.migrate_tenant(admin, tenant)
    return tenant


async def _run(admin: Connection, statement: str, *names: str) -> None:
    """Run the text that the server made of *statement*: names are quoted by `format('%I')`."""
    text = await admin.fetchval(statement, *names)
    if text:
        await admin.execute(text)
