"""Migrations: named, numbered, explained, harmless to run again, and adding up to the snapshot.

After adding a migration, write the snapshot anew with `make snapshot` and read the difference.
"""

import os
import re
from pathlib import Path

import asyncpg
import pytest

from core.db import migrate
from core.db.scope import schema_of
from core.kernel.ids import tenant_id
from tests.conftest import SERVICE_LOGIN
from tests.contract.repository import ROOT, named
from tests.contract.schema_snapshot import describe

FILES = sorted((ROOT / "migrations").glob("*/*.sql"))
SNAPSHOTS = ROOT / "migrations" / "schema"
MOST_TABLES = 16  # of a tenant: every relation costs, ten thousand times (docs/architecture.md)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_migration_is_named_and_says_why(path):
    assert re.fullmatch(r"\d{4}_[a-z][a-z0-9_]*\.sql", path.name)
    assert path.parent.name in ("shared", "tenant")
    assert path.read_text("utf-8").startswith("-- Reason: ")


@pytest.mark.parametrize("folder", ["shared", "tenant"])
def test_migrations_are_numbered_without_a_gap(folder):
    numbers = [migration.version for migration in migrate.load(folder)]

    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == len(list((ROOT / "migrations" / folder).glob("*.sql")))


def test_a_gap_is_refused(tmp_path, monkeypatch):
    (tmp_path / "shared").mkdir()
    for name in ("0001_one.sql", "0003_three.sql"):
        (tmp_path / "shared" / name).write_text("-- Reason: planted.\n")
    monkeypatch.setattr(migrate.resources, "files", lambda package: Path(tmp_path))

    with pytest.raises(migrate.MigrationError, match="gap"):
        migrate.load("shared")


def test_only_tenant_migrations_carry_the_mark_and_name_no_other_schema():
    for path in FILES:
        text = re.sub(r"--.*", "", path.read_text("utf-8"))
        assert ("{schema}" in text) == (path.parent.name == "tenant"), named(path)
        if path.parent.name == "tenant":
            assert "control." not in text.replace("execute function control.", ""), (
                "a tenant reaches the switchboard through functions alone"
            )


def test_a_migration_is_one_transaction_and_has_one_mark():
    """A tenant is old or new because all of its migration goes in one transaction."""
    ends = re.compile(
        r"\b(begin|commit|rollback|start transaction)\s*;|\bconcurrently\b|\bvacuum\b"
    )
    for path in FILES:
        text = re.sub(r"--.*", "", path.read_text("utf-8")).lower()
        assert not ends.search(text), named(path)
        assert set(re.findall(r"\{([a-z]\w*)\}", text)) <= {"schema"}, named(path)


async def test_migrating_again_changes_nothing(admin, context):
    tenant = tenant_id(context.tenant_id)
    before = await _both(admin, tenant)

    assert await migrate.migrate_shared(admin, SERVICE_LOGIN) == []
    assert await migrate.migrate_tenant(admin, tenant) == []
    assert await _both(admin, tenant) == before


async def test_a_changed_migration_is_refused(admin):
    transaction = admin.transaction()
    await transaction.start()
    try:
        await admin.execute("update control.migration set sha256 = 'other' where version = 1")
        with pytest.raises(migrate.MigrationError, match="was changed after it was applied"):
            await migrate.migrate_shared(admin, SERVICE_LOGIN)
    finally:
        await transaction.rollback()


async def test_the_migrations_add_up_to_the_snapshot(admin, context):
    for name, text in (await _both(admin, tenant_id(context.tenant_id))).items():
        path = SNAPSHOTS / f"{name}.txt"
        if os.environ.get("AEGIS_WRITE_SNAPSHOT"):
            path.write_text(text, "utf-8")
        assert path.read_text("utf-8") == text, f"run `make snapshot` and read {named(path)}"


async def test_a_tenant_has_few_tables_and_owns_none(admin, context):
    schema = schema_of(tenant_id(context.tenant_id))
    owners = await admin.fetch(
        "select relname, relowner::regrole::text as owner from pg_class"
        " where relnamespace = $1::regnamespace and relkind = 'r'",
        schema,
    )

    assert 0 < len(owners) <= MOST_TABLES
    assert {row["owner"] for row in owners} == {"aegis_owner"}


async def _both(admin: asyncpg.Connection, tenant: str) -> dict[str, str]:
    schema = schema_of(tenant)
    return {
        "shared": await describe(admin, "control"),
        "tenant": (await describe(admin, schema)).replace(schema, "{schema}"),
    }
