"""A log from before there was a chain gets its place in one, in its order, with its own times."""

import os

import asyncpg
import pytest

from core.db import migrate, scope
from core.tenancy.provision import provision_tenant
from tests.conftest import SERVICE_LOGIN
from tests.integration.audit_log import verified, write

OLD_ROWS = """
    insert into audit_event (id, at, action, actor, outcome, reference, detail)
    overriding system value values
      (1, '2026-11-08T10:00:00Z', 'knowledge:documents:search', 'U1', 'attempt', 'first', '{}'),
      (2, '2026-11-07T10:00:00Z', 'knowledge:documents:search', 'U1', 'done', 'second', '{"found": 2}'),
      (5, '2026-11-04T10:00:00Z', 'tenancy:token:exchange', 'U2', 'done', 'third', '{}')
"""


@pytest.fixture
async def migrated(admin_dsn, master, database):
    """A tenant that had the first version, and rows whose ids have a gap and whose times go back."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        team = "T" + os.urandom(6).hex().upper()
        first = migrate.load("tenant")[:1]
        tenant = await provision_tenant(admin, master, SERVICE_LOGIN, team, first)
        async with admin.transaction():
            await admin.execute(f"set local search_path = {scope.schema_of(tenant)}")
            await admin.execute(OLD_ROWS)
        await migrate.migrate_tenant(admin, tenant)
    finally:
        await admin.close()
    return await database.tenant(tenant)


async def test_rows_from_before_are_chained_as_they_are_found(migrated, database):
    async with migrated.db.transaction() as tx:
        rows = await tx.fetch("select seq, at, reference, detail from audit_event order by seq")
    assert [(row["seq"], row["at"].day, row["reference"]) for row in rows] == [
        (1, 8, "first"),
        (2, 7, "second"),
        (3, 4, "third"),
    ]
    assert rows[1]["detail"] == '{"found": 2}'

    await write(migrated, 2)
    verdict = await verified(database, migrated)
    assert (verdict.rows, verdict.last_seq, verdict.flaws) == (5, 5, ())
