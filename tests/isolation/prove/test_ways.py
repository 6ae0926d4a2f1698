"""Ways out of a tenant's transaction: each seen to be open on a server as it comes, then closed."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest

from core.db import migrate, scope, sql
from core.db.database import Database
from core.db.pool import open_pool
from core.isolation.close_ways import close_ways, list_open_ways
from core.tenancy import store
from core.tenancy.install_workspace import Provisioner
from core.tenancy.model import Person
from tests.contract.repository import ROOT, named
from tests.isolation.prove.conftest import LOGIN

SWITCH_AND_READ = """
with switched as materialized (select set_config('role', '{theirs}', true) as role)
select s.word from switched cross join lateral ts_stat(
  case when switched.role <> '' then 'select to_tsvector(p::text) from {theirs}.person p' end) s
"""
HOSTILE = [
    SWITCH_AND_READ,
    "select set_config('role', '{theirs}', true)",
    "select set_config('search_path', '{theirs}', false)",
    "select query_to_xml('select 1 as one', true, false, '')",
    "select table_to_xml('{ours}.person', true, false, '')",
    "select schema_to_xml('{ours}', true, false, '')",
    "select word from ts_stat('select to_tsvector(''a'')')",
    "select ts_rewrite('a'::tsquery, 'select ''a''::tsquery, ''b''::tsquery')",
    "select lo_from_bytea(0, 'kept')",
    "select pg_advisory_lock(7)",
    "select pg_advisory_unlock_all()",
    "select pg_notify('channel', 'text')",
    "select pg_export_snapshot()",
    "select pg_logical_emit_message(false, 'a', 'b')",
    "select setseed(0.5)",
    "select pg_sleep(0)",
    "select pg_database_size(current_database())",
    "select count(*) from pg_catalog.pg_class where relname = 'person'",
    "select count(*) from pg_catalog.pg_stat_activity",
    "select count(*) from information_schema.schemata",
    "select pg_total_relation_size(16384)",
    "select pg_stat_get_live_tuples(16384)",
    "update pg_catalog.pg_settings set setting = 'off' where name = 'jit'",
    "select 1 as one into temporary kept",
    "create temporary table kept (one int)",
    "create function pg_temp.mine() returns int language sql as 'select 1'",
    "do 'begin perform 1; end'",
    "create table public.kept (one int)",
]
# What asyncpg's reset and the product itself need of the same kind stays.
NEEDED = [
    "select pg_advisory_xact_lock(1)",
    "select gen_random_uuid(), clock_timestamp(), random()",
    "select current_setting('role'), to_tsvector('pg_catalog.english', 'words'), now()",
]


@pytest.fixture
async def opened(server, master):
    """A database beside, where nothing is closed: its admin, and two tenants."""
    beside = await asyncpg.connect(server.dsn())
    await beside.execute("create database open_ways")
    admin = await asyncpg.connect(server.dsn(), database="open_ways")
    await migrate.migrate_shared(admin, LOGIN)
    await admin.execute("grant create on schema public to public")
    dsn = server.dsn().replace("/aegis?", "/open_ways?")
    pool = await open_pool(server.dsn(user=LOGIN).replace("/aegis?", "/open_ways?"), size=1)
    provisioner, database = Provisioner(dsn, LOGIN, master), Database(pool, master)
    tenants = [await database.tenant(await provisioner.tenant_for(f"T{n}")) for n in "AB"]
    yield admin, tenants
    for context in tenants:
        await admin.execute(scope.removal(context.tenant_id))
    await pool.close()
    await admin.close()
    await beside.execute("drop database open_ways")
    await beside.close()


async def run(context, theirs, statement):
    """What comes of *statement* past the guard, on the product's own connection."""
    names = {"ours": scope.schema_of(context.tenant_id), "theirs": scope.schema_of(theirs)}
    try:
        async with context.db.transaction() as tx:
            rows = await tx._connection.fetch(statement.format(**names))
            raise ZeroDivisionError
    except ZeroDivisionError:
        return rows


async def test_every_way_is_open_before_and_closed_after(opened):
    """A32: set_config, query_to_xml, temporary tables, DO, own functions, catalogs, large objects."""
    admin, (ours, theirs) = opened
    async with theirs.db.transaction() as tx:
        await store.put_person(tx, Person("U1", "member", "canaryoftheneighbour"))

    assert ["canaryoftheneighbour"] in map(list, await run(ours, theirs.tenant_id, SWITCH_AND_READ))
    for statement in HOSTILE:
        # Some servers are built without XML, and say so to those who may ask.
        with suppress(asyncpg.FeatureNotSupportedError):
            await run(ours, theirs.tenant_id, statement)
    assert len(await list_open_ways(admin)) == 8

    assert await close_ways(admin) == []

    for statement in HOSTILE:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await run(ours, theirs.tenant_id, statement)
    for statement in NEEDED:
        assert await run(ours, theirs.tenant_id, statement)


async def test_a_function_that_came_later_is_found_and_closed(server, admin):
    await admin.execute(
        "create function public.came_later() returns int language sql volatile as 'select 1'"
    )
    assert await list_open_ways(admin) == ["session"]

    assert await close_ways(admin) == []

    await admin.execute("drop function public.came_later()")


async def test_closing_again_and_at_the_same_time_changes_nothing(server):
    admins = [await asyncpg.connect(server.dsn()) for _ in range(3)]
    before = await admins[0].fetchval("select md5(string_agg(proacl::text, '')) from pg_proc")

    assert await asyncio.gather(*(close_ways(admin) for admin in admins)) == [[]] * 3

    after = await admins[0].fetchval("select md5(string_agg(proacl::text, '')) from pg_proc")
    assert before == after
    for admin in admins:
        await admin.close()


async def test_the_login_outside_a_tenant_cannot_change_role_in_a_select_either(database):
    for statement in ("select set_config('role', 'x', false)", HOSTILE[3], HOSTILE[8]):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.control() as tx:
                await tx.fetch(statement)


VALUES = "select $1::int[], $2::text[], $3::float8[], array[true], '[1,2]'::extensions.halfvec(2)"


async def test_a_fresh_connection_needs_no_catalog_inside_a_tenant(server, real, master):
    """Arrays and vectors: asyncpg without what core/db/pool.py teaches it would look them up."""
    pool = await open_pool(server.dsn(user=LOGIN), size=1)
    context = await Database(pool, master).tenant(real[0].tenant_id)
    async with context.db.transaction() as tx:
        row = await tx.fetchrow(VALUES, [1], ["a"], [0.5])
    await pool.close()

    assert list(row.values()) == [[1], ["a"], [0.5], [True], "[1,2]"]

    untaught = await asyncpg.create_pool(server.dsn(user=LOGIN), min_size=1, max_size=1)
    context = await Database(untaught, master).tenant(real[0].tenant_id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="set_config"):
        async with context.db.transaction() as tx:
            await tx.fetchrow(VALUES, [1], ["a"], [0.5])
    await untaught.close()


async def test_no_statement_of_any_slice_makes_asyncpg_read_the_catalogs(server, real, master):
    """Each is prepared inside a tenant; the switchboard's are denied there, and by their schema."""
    pool = await open_pool(server.dsn(user=LOGIN), size=1)
    context = await Database(pool, master).tenant(real[0].tenant_id)
    prepared, denied = 0, {}
    async with context.db.transaction() as tx:
        for path in sorted((ROOT / "core").rglob("queries.sql")):
            package = named(path.parent).replace("/", ".")
            if package.startswith("core.isolation") or package == "core.db":
                continue
            for name, statement in sql.load(package).items():
                try:
                    async with tx._connection.transaction():
                        await tx._connection.prepare(statement)
                        prepared += 1
                except asyncpg.PostgresError as error:
                    denied[f"{package}.{name}"] = str(error)
    await pool.close()

    assert prepared > 50
    assert {name: why for name, why in denied.items() if "set_config" in why} == {}
