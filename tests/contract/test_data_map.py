"""docs/data-map.md and the real catalog say the same; `control` holds no content, ever."""

import re

import asyncpg

from core.db.scope import schema_of
from tests.contract import data_map

CATALOG = """
select c.relname::text as table, a.attname::text as column, t.typname::text as type
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_type t on t.oid = a.atttypid
where c.relnamespace = $1::regnamespace and c.relkind not in ('i', 'I', 'S', 'c', 't')
  and a.attnum > 0 and not a.attisdropped
"""
TYPES = {"int4": "int", "int8": "bigint", "bool": "boolean"}
TYPES_OF_CLASS = {
    "id": {"text", "int", "bigint"},
    "time": {"timestamptz"},
    "state": {"text", "boolean"},
    "count": {"int", "bigint"},
    "hash": {"text"},
    "key material": {"bytea"},
    "signed": {"text"},
    "free text": {"text", "jsonb", "tsvector"},
    "vector": {"halfvec", "bit"},
}
CONTENT = {"free text", "vector"}
# A new table in the shared schema is a decision (docs/architecture.md, "Tenancy"), made here.
SWITCHBOARD = {
    "migration": "what has been applied",
    "tenant": "id, status, wrapped key, schema version",
    "organization": "an enterprise id and the record of its installation",
    "workspace": "a Slack team id and its tenant",
    "sign_in_state": "keyed hashes, kind, expiry",
    "rate_limit": "buckets by keyed hash, and when the next call is due",
    "tenant_share": "how far ahead a tenant's turns are handed out",
    "mailbox": "queue rows that carry ids only, and leases",
    "audit_chain": "the head of each audit chain",
    "audit_checkpoint": "tenant, sequence, head hash, signature",
    "erasure_certificate": "what is left of an erased tenant",
    "isolation_proof": "the last proofs, as counts",
}
# A sealed value, and a key wrapped by another key.
SEALED = {"oauth_tokens.sealed_token", "control.tenant.wrapped_key"}


async def catalog(admin: asyncpg.Connection, schema: str) -> set[tuple[str, str, str]]:
    """(table, column, type) of whatever in a schema has columns: views too."""
    rows = await admin.fetch(CATALOG, schema)
    return {(row["table"], row["column"], TYPES.get(row["type"], row["type"])) for row in rows}


def mapped(*, shared: bool) -> set[tuple[str, str, str]]:
    return {(c.table, c.name, c.type) for c in data_map.columns() if c.shared == shared}


async def test_a_tenants_tables_are_those_of_the_data_map(admin, context):
    assert await catalog(admin, schema_of(context.tenant_id)) == mapped(shared=False)


async def test_the_switchboards_tables_are_those_of_the_data_map(admin):
    assert await catalog(admin, "control") == mapped(shared=True)


async def test_a_table_a_column_and_a_view_that_the_map_does_not_know_are_noticed(admin, context):
    schema = schema_of(context.tenant_id)
    for planted in (
        f"create table {schema}.extra (word text)",
        f"alter table {schema}.turn add column mood text",
        f"alter table {schema}.turn alter column model type varchar(80)",
        f"create view {schema}.shown as select 1 as number",
        f"alter table {schema}.turn drop column model",
    ):
        transaction = admin.transaction()
        await transaction.start()
        await admin.execute(planted)
        assert await catalog(admin, schema) != mapped(shared=False), planted
        await transaction.rollback()


def test_the_switchboard_holds_what_was_decided_on_and_no_content():
    shared = [column for column in data_map.columns() if column.shared]

    assert {column.table for column in shared} == set(SWITCHBOARD)
    assert not {column.full_name for column in shared if column.data_class in CONTENT}


def test_bytes_are_sealed_values_only():
    found = {c.full_name for c in data_map.columns() if c.type == "bytea"}

    assert found == SEALED
    assert all(c.full_name in SEALED for c in data_map.columns() if c.data_class == "key material")


def test_every_class_fits_its_type():
    for column in data_map.columns():
        assert column.type in TYPES_OF_CLASS[column.data_class], column.full_name
        if column.type in ("jsonb", "tsvector"):
            assert column.data_class == "free text", column.full_name


def test_every_word_of_a_row_is_explained_and_every_explained_word_is_used():
    found = data_map.columns()

    assert {c.data_class for c in found} == data_map.words("Classes of data") == set(TYPES_OF_CLASS)
    assert {c.kept for c in found} == data_map.words("How long")
    assert {place for c in found for place in c.lives_in} == data_map.words("Where")


def test_content_ends_with_its_tenant_and_reaches_no_log():
    for column in data_map.columns():
        if column.data_class in CONTENT | {"key material"}:
            assert column.kept != "for ever", column.full_name
            assert "log" not in column.lives_in, column.full_name


def test_every_row_of_the_page_is_read():
    rows = re.findall(r"^\| `.*$", data_map.PAGE.read_text("utf-8"), re.MULTILINE)

    assert len(rows) == len(data_map.columns()) > 100


async def test_every_class_that_a_tenant_can_set_a_time_for_is_on_the_page(admin, context):
    allowed = await admin.fetchval(
        "select pg_get_constraintdef(oid) from pg_constraint"
        " where conname = 'retention_data_class_check' and connamespace = $1::regnamespace",
        schema_of(context.tenant_id),
    )

    settable = set(re.findall(r"'(\w+)'", allowed))
    assert settable <= {column.kept for column in data_map.columns()}
