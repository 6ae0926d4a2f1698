"""What the tests of a tenant's end share: a revoker that is told what Slack says, and looks at rows."""

from contextlib import asynccontextmanager
from datetime import datetime

import asyncpg

from core.db.scope import schema_of
from core.kernel.ids import new_reference
from core.kernel.signing import Signer
from core.lifecycle.erase_tenant import erase_tenant
from core.lifecycle.freeze_tenant import freeze_tenant
from core.lifecycle.model import Rules

RULES = Rules(grace_days=30, backup_days=35)
SIGNER = Signer(b"s" * 32)


class Answering:
    """Slack, as far as an erasure knows it: says `revoked`, or raises."""

    def __init__(self, answer=1):
        self.answer = answer
        self.asked = []

    async def revoke(self, context):
        self.asked.append(context.tenant_id)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def erase(database, provisioner, tenant, *, revoker=None, rules=RULES, **options):
    return await erase_tenant(
        database,
        provisioner,
        SIGNER,
        revoker or Answering(),
        tenant,
        rules,
        actor="operator",
        **options,
    )


async def freeze(database, provisioner, tenant, rules=RULES) -> datetime:
    return await freeze_tenant(
        database, provisioner, tenant, rules, actor="operator", reference=new_reference()
    )


@asynccontextmanager
async def as_admin(provisioner):
    admin = await asyncpg.connect(provisioner.admin_dsn)
    try:
        yield admin
    finally:
        await admin.close()


async def one(provisioner, statement, *values):
    async with as_admin(provisioner) as admin:
        return await admin.fetchval(statement, *values)


async def actions(provisioner, tenant) -> list[tuple[str, str]]:
    """(action, outcome) of the tenant's audit log, also of a frozen tenant."""
    async with as_admin(provisioner) as admin:
        rows = await admin.fetch(
            f"select action, outcome from {schema_of(tenant)}.audit_event order by seq"
        )
    return [(row["action"], row["outcome"]) for row in rows]


async def everything(admin: asyncpg.Connection) -> list[str]:
    """Every row of every table of every schema, as text; of roles and comments too."""
    tables = await admin.fetch(
        "select format('%I.%I', n.nspname, c.relname) as name from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'm', 'p') and n.nspname not in ('information_schema')"
        " and n.nspname !~ '^pg_(toast|temp)'"
    )
    found = []
    for table in tables:
        try:
            rows = await admin.fetch(f"select t::text as row from {table['name']} t")
        except (asyncpg.UndefinedTableError, asyncpg.UndefinedFunctionError):
            continue  # gone meanwhile
        found += [f"{table['name']}: {row['row']}" for row in rows]
    return found
