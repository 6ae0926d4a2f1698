"""What a key rotation seals anew is all there is: every bytea column, and the ids beside it."""

from core.db.scope import schema_of
from core.tenancy.keys.sealed_columns import SEALED_COLUMNS

COLUMNS = """
select c.relname::text as table, a.attname::text as column, t.typname::text as type
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_type t on t.oid = a.atttypid
where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p', 'm', 'v', 'f')
  and a.attnum > 0 and not a.attisdropped
"""


async def bytea_columns(admin, schema: str) -> set[tuple[str, str]]:
    """Arrays of them too."""
    rows = await admin.fetch(COLUMNS, schema)
    return {(row["table"], row["column"]) for row in rows if row["type"] in ("bytea", "_bytea")}


async def test_a_rotation_seals_every_bytea_column_of_a_tenant_anew(admin, context):
    known = {(sealed.table, sealed.column) for sealed in SEALED_COLUMNS}

    assert await bytea_columns(admin, schema_of(context.tenant_id)) == known


async def test_the_switchboard_has_wrapped_keys_and_nothing_else_that_is_sealed(admin):
    assert await bytea_columns(admin, "control") == {("tenant", "wrapped_key")}


async def test_a_new_sealed_column_that_a_rotation_does_not_know_is_noticed(admin, context):
    schema = schema_of(context.tenant_id)
    known = {(sealed.table, sealed.column) for sealed in SEALED_COLUMNS}
    for planted in (
        f"alter table {schema}.person add column sealed_mail bytea",
        f"create table {schema}.secrets (sealed bytea[])",
    ):
        transaction = admin.transaction()
        await transaction.start()
        await admin.execute(planted)
        assert await bytea_columns(admin, schema) != known
        await transaction.rollback()


async def test_the_key_and_the_algorithm_stand_beside_every_sealed_value(admin, context):
    """So that a key can be told from the next, and another service may wrap one day."""
    rows = await admin.fetch(COLUMNS, schema_of(context.tenant_id))
    columns = {(row["table"], row["column"]) for row in rows}
    for sealed in SEALED_COLUMNS:
        assert {(sealed.table, "key_id"), (sealed.table, "algorithm")} <= columns
    control = {(row["table"], row["column"]) for row in await admin.fetch(COLUMNS, "control")}
    assert {("tenant", "wrapping_key_id"), ("tenant", "wrapping_algorithm")} <= control
