"""A fleet is migrated tenant by tenant: each old or new and never between, the bad one alone left.

On a server of its own: a run walks every tenant there is, and those of other tests are none of it.
"""

import asyncio
import base64
import os
import signal
import sys
from contextlib import asynccontextmanager

import asyncpg
import pytest

from bot.postgres.supervisor import EmbeddedPostgres
from core.db import migrate, scope
from core.db.fleet import migrate_fleet
from core.db.migrate import Migration
from core.kernel.sealing import Sealer, new_key
from core.tenancy.provision import provision_tenant
from tests.conftest import SERVICE_LOGIN

NEWEST = len(migrate.load("tenant"))
CANARY = "canary-of-a-row-7c1e"
# One line a tenant: its version, and a digest of all its tables, columns, indexes and constraints.
# Plain reads of the catalog, so that all of it is seen as of one moment.
SHAPES = """
    select t.tenant_id, t.schema_version as version,
      md5(string_agg(piece, ',' order by piece)) as shape
    from control.tenant t
    join pg_namespace n on n.nspname = 'tenant_' || t.tenant_id,
    lateral (
      select c.relname || '.' || coalesce(a.attname, '') as piece
      from pg_class c
      left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = n.oid
      union all
      select conname from pg_constraint where connamespace = n.oid
    ) pieces
    where t.status = 'active'
    group by t.tenant_id, t.schema_version
"""


@pytest.fixture(scope="module")
async def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fleet")
    with EmbeddedPostgres(folder / "data", throwaway=True) as server:
        admin = await asyncpg.connect(server.dsn())
        await admin.execute(f"create role {SERVICE_LOGIN} login noinherit")
        await migrate.migrate_shared(admin, SERVICE_LOGIN)
        await admin.close()
        yield server


@pytest.fixture
async def admin(server):
    """Its tenants are taken out of the registry afterwards, and so out of every later run."""
    connection = await asyncpg.connect(server.dsn())
    yield connection
    await connection.execute("update control.tenant set status = 'erased'")
    await connection.close()


@pytest.fixture
def make_fleet(admin):
    async def make(count: int, version: int):
        master = Sealer(new_key())
        migrations = migrate.load("tenant")[:version]
        teams = ["T" + os.urandom(6).hex().upper() for _ in range(count)]
        return [
            await provision_tenant(admin, master, SERVICE_LOGIN, team, migrations) for team in teams
        ]

    return make


@asynccontextmanager
async def aegis_migrate(server):
    """A process of its own, as an operator runs it."""
    key = base64.b64encode(new_key()).decode()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "migrate"),
        env={
            "PATH": os.environ["PATH"],
            "DATABASE_URL": server.dsn(user=SERVICE_LOGIN),
            "DATABASE_ADMIN_URL": server.dsn(),
            **{f"AEGIS_{name}_KEY": key for name in ("MASTER", "SESSION", "SIGNING")},
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def run_migrate(server) -> tuple[int, str]:
    async with aegis_migrate(server) as process:
        said, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, said.decode()


async def versions(admin) -> dict[str, int]:
    rows = await admin.fetch(
        "select tenant_id, schema_version from control.tenant where status = 'active'"
    )
    return {row["tenant_id"]: row["schema_version"] for row in rows}


async def test_a_run_killed_among_200_tenants_is_taken_up_and_leaves_none_between(
    server, admin, make_fleet
):
    await make_fleet(200, 1)
    async with aegis_migrate(server) as process:
        while await admin.fetchval(
            "select count(*) < 20 from control.tenant where schema_version > 1 and status = 'active'"
        ):
            assert process.returncode is None
        process.send_signal(signal.SIGKILL)
        await process.wait()
    halfway = await admin.fetch(SHAPES)
    status, said = await run_migrate(server)
    done = await admin.fetch(SHAPES)

    assert process.returncode == -signal.SIGKILL
    assert {row["version"] for row in halfway} == {1, NEWEST}
    # Each version has one shape: nobody has half of a migration.
    assert len({(row["version"], row["shape"]) for row in halfway}) == 2
    assert status == 0, said
    assert "200 of 200" not in said
    assert len(done) == 200
    assert len({(row["version"], row["shape"]) for row in done}) == 1
    assert {row["version"] for row in done} == {NEWEST}
    assert {row["shape"] for row in done} < {row["shape"] for row in halfway}


async def test_a_tenant_in_use_is_left_as_it_was_and_named_and_the_next_run_finishes(
    server, admin, make_fleet
):
    tenants = await make_fleet(6, NEWEST - 1)
    busy = tenants[2]
    async with asyncio.timeout(60), user_of(server, busy):
        status, said = await run_migrate(server)
        after_first = await versions(admin)
    status_again, said_again = await run_migrate(server)

    assert status == 1
    assert f"tenant {busy} was not brought up to date: {NEWEST:04}_" in said
    assert "in use for more than 2 seconds" in said
    assert said.count("tenant ") == said.count(f"tenant {busy}") == 1
    assert "Traceback" not in said
    assert after_first == dict.fromkeys(tenants, NEWEST) | {busy: NEWEST - 1}
    assert status_again == 0, said_again
    assert await versions(admin) == dict.fromkeys(tenants, NEWEST)


@asynccontextmanager
async def user_of(server, tenant):
    """Somebody else's transaction that writes in the tenant's tables, whichever the newest migration
    changes, and does not end."""
    session = await asyncpg.connect(server.dsn())
    transaction = session.transaction()
    await transaction.start()
    schema = scope.schema_of(tenant)
    found = await session.fetch("select tablename from pg_tables where schemaname = $1", schema)
    for row in found:
        await session.execute(f"lock table {schema}.{row['tablename']} in row exclusive mode")
    yield
    await transaction.rollback()
    await session.close()


async def test_a_tenant_with_rows_that_do_not_fit_is_named_without_quoting_them(
    server, admin, make_fleet
):
    tenants = await make_fleet(5, 1)
    bad = tenants[1]
    await admin.execute(
        f"insert into {scope.schema_of(bad)}.audit_event (action, actor, outcome, reference, detail)"
        f" values ('jobs:event:add', '{CANARY}', 'done', 'r', '[\"{CANARY}\"]')"
    )

    status, said = await run_migrate(server)
    after_first = await versions(admin)
    shapes = {row["tenant_id"]: row["shape"] for row in await admin.fetch(SHAPES)}
    await admin.execute(f"update {scope.schema_of(bad)}.audit_event set detail = '{{}}'")
    status_again, said_again = await run_migrate(server)

    assert status == 1
    assert f"tenant {bad} was not brought up to date: 0002_walls.sql to {NEWEST:04}_" in said
    assert "its rows break a rule of the new version" in said
    assert "table audit_event, constraint audit_event_detail_check, SQLSTATE 23514" in said
    assert CANARY not in said
    assert after_first == dict.fromkeys(tenants, NEWEST) | {bad: 1}
    assert len(set(shapes.values())) == 2
    assert status_again == 0, said_again
    assert await versions(admin) == dict.fromkeys(tenants, NEWEST)


async def test_a_schema_changed_by_hand_is_said_to_be(server, admin, make_fleet):
    good, bad = await make_fleet(2, NEWEST - 1)
    await admin.execute(f"drop schema {scope.schema_of(bad)} cascade")

    report = await migrate_fleet(server.dsn())

    assert report.migrated == 1
    assert "changed by hand" in report.failed[bad] or "schema is missing" in report.failed[bad]
    assert await versions(admin) == {good: NEWEST, bad: NEWEST - 1}


async def test_a_connection_that_dies_costs_one_tenant_and_no_other(server, admin, make_fleet):
    tenants = await make_fleet(12, NEWEST)
    dies = scope.schema_of(tenants[0])
    planted = Migration(
        NEWEST + 1,
        "9999_planted.sql",
        f"reset role; select pg_terminate_backend(pg_backend_pid()) where '{{schema}}' = '{dies}'",
    )

    report = await migrate_fleet(server.dsn(), [*migrate.load("tenant"), planted])

    assert set(report.failed) == {tenants[0]}
    assert "run it again" in report.failed[tenants[0]]
    assert await versions(admin) == dict.fromkeys(tenants, NEWEST + 1) | {tenants[0]: NEWEST}


async def test_no_migration_waits_or_works_without_end(server, make_fleet):
    [tenant] = await make_fleet(1, NEWEST)
    planted = Migration(
        NEWEST + 1,
        "9999_planted.sql",
        "do $$ begin if current_setting('lock_timeout') = '2s' and"
        " current_setting('statement_timeout') = '1min' and current_user = 'aegis_owner'"
        " then raise unique_violation; end if; end $$",
    )

    report = await migrate_fleet(server.dsn(), [*migrate.load("tenant"), planted])

    assert "SQLSTATE 23505" in report.failed[tenant]


async def test_two_runs_at_once_share_the_work_and_neither_fails(server, admin, make_fleet):
    tenants = await make_fleet(24, 1)
    reports = await asyncio.gather(migrate_fleet(server.dsn()), migrate_fleet(server.dsn()))

    assert [report.failed for report in reports] == [{}, {}]
    assert await versions(admin) == dict.fromkeys(tenants, NEWEST)
    assert len({row["shape"] for row in await admin.fetch(SHAPES)}) == 1


async def test_a_tenant_that_is_being_erased_is_nobodys_business(server, admin, make_fleet):
    good, leaving = await make_fleet(2, NEWEST - 1)
    await admin.execute(
        "update control.tenant set status = 'erasing' where tenant_id = $1", leaving
    )

    report = await migrate_fleet(server.dsn())

    assert (report.migrated, report.failed) == (1, {})
    assert await versions(admin) == {good: NEWEST}
