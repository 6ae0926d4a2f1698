"""The one place where SQL text is built: names of schemas and roles, from a checked tenant id.

`set local role` and `set local search_path` take no parameters, so their text is put together
here, from an id that `tenant_id` has matched in full. So is the text that makes or migrates a
tenant: files of this program, with their marks filled. The test that forbids built SQL lists this
module as its exception.
"""

from collections.abc import Iterable

from core.db import sql
from core.kernel.ids import TenantId, tenant_id

SQL = sql.load("core.db")


def schema_of(tenant: TenantId) -> str:
    """The schema of a tenant; its role has the same name. Raises ValueError."""
    return f"tenant_{tenant_id(tenant)}"


def enter(tenant: TenantId) -> str:
    """Statements that put the running transaction, and nothing after it, inside one tenant.

    `pg_temp` stands last so that a temporary table can never shadow a tenant's own.
    """
    schema = schema_of(tenant)
    return f"set local role {schema}; set local search_path = {schema}, pg_temp"


def enter_as_owner(tenant: TenantId) -> str:
    """The same as the owner of all tables, on the admin's connection: for what no tenant may do."""
    return f"set local role aegis_owner; set local search_path = {schema_of(tenant)}, pg_temp"


def creation(tenant: TenantId) -> str:
    """Make a tenant's role and schema, before its migrations."""
    return _render(SQL["create_tenant"], tenant)


def removal(tenant: TenantId) -> str:
    """Drop a tenant's schema and role, with all that is in them."""
    return _render(SQL["drop_tenant"], tenant)


def migration(tenant: TenantId, known: int, newest: int, texts: Iterable[str]) -> str:
    """One message that takes a tenant from version *known* to *newest*, all or nothing."""
    pieces = (SQL["begin_migration"], *texts, SQL["end_migration"])
    # On a line of its own, so that no comment at the end of a file swallows it.
    return "\n;\n".join(_render(piece, tenant, known=known, newest=newest) for piece in pieces)


def _render(text: str, tenant: TenantId, **numbers: int) -> str:
    """Fill the marks: `{schema}`, which is also the role, `{tenant}`, and *numbers* by their names."""
    filled = text.replace("{schema}", schema_of(tenant)).replace("{tenant}", tenant_id(tenant))
    for name, number in numbers.items():
        filled = filled.replace(f"{{{name}}}", format(number, "d"))
    return filled
