"""The one place where SQL text is built: names of schemas and roles, from a checked tenant id.

`set local role` and `set local search_path` take no parameters, so their text is put together
here, from an id that `tenant_id` has matched in full. The test that forbids built SQL lists this
module, and core/db/migrate.py which fills the two marks of a migration, as its exceptions.
"""

from core.kernel.ids import TenantId, tenant_id


def schema_of(tenant: TenantId) -> str:
    """The schema of a tenant; its role has the same name. Raises ValueError."""
    return f"tenant_{tenant_id(tenant)}"


def enter(tenant: TenantId) -> str:
    """Statements that put the running transaction, and nothing after it, inside one tenant.

    `pg_temp` stands last so that a temporary table can never shadow a tenant's own.
    """
    schema = schema_of(tenant)
    return f"set local role {schema}; set local search_path = {schema}, pg_temp"


def render(migration: str, tenant: TenantId) -> str:
    """Fill `{schema}` in a tenant migration: its only substitution."""
    return migration.replace("{schema}", schema_of(tenant))
