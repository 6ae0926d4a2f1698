"""What the tests of a tenant's end share: a revoker that is told what Slack says, and looks at rows."""

from contextlib import asynccontextmanager, suppress
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


TABLES = """
    select format(
      'select %1$L || '': '' || t::text as row from %1$s t where strpos(%1$L || '': '' || t::text, $1) > 0',
      format('%I.%I', n.nspname, c.relname)) as search
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm', 'p') and n.nspname not in ('information_schema')
      and n.nspname !~ '^pg_(toast|temp)'
"""
AT_ONCE = 100  # tables; thousands are there by the end of a run


async def everything_with(admin: asyncpg.Connection, words: str) -> list[str]:
    """Every row of every table of every schema that has *words* in it, or in the table's name: as text,
    behind that name; roles and comments too."""
    searches = [row["search"] for row in await admin.fetch(TABLES)]
    found = []
    for first in range(0, len(searches), AT_ONCE):
        group = searches[first : first + AT_ONCE]
        try:
            found += await admin.fetch(" union all ".join(group), words)
        except (asyncpg.UndefinedTableError, asyncpg.UndefinedFunctionError):
            for search in group:
                with suppress(asyncpg.UndefinedTableError, asyncpg.UndefinedFunctionError):
                    found += await admin.fetch(search, words)  # the others are there still
    return [row["row"] for row in found]
