"""An admin login that is no superuser, as on a managed server: what can be closed is, what stays
open is said, and the walls themselves hold."""

import asyncpg
import pytest

from bot.cli.operations import _check_database
from bot.postgres.supervisor import EmbeddedPostgres
from bot.storage import Addresses
from core.db import migrate
from core.db.database import Database
from core.db.pool import open_pool
from core.isolation.close_ways import close_ways
from core.isolation.model import NOT_CLOSABLE, WAYS
from core.isolation.prove import prove
from core.kernel.sealing import new_key
from core.kernel.secret import Secret
from core.kernel.signing import Signer
from core.tenancy.install_workspace import Provisioner

CLOSED = {"temporary", "create"}
OPEN = [words for way, words in WAYS.items() if way not in {*CLOSED, *NOT_CLOSABLE}]


@pytest.fixture(scope="module")
async def managed(tmp_path_factory, master):
    """Addresses on a server whose superuser gave a database and the right to make roles, no more."""
    folder = tmp_path_factory.mktemp("managed")
    with EmbeddedPostgres(folder / "data", throwaway=True) as server:
        superuser = await asyncpg.connect(server.dsn())
        await superuser.execute("create role modest login createrole")
        await superuser.execute("create role modest_service login noinherit")
        await superuser.execute("create database managed owner modest")
        inside = await asyncpg.connect(server.dsn(), database="managed")
        await inside.execute("create schema extensions authorization modest")
        await inside.execute("create extension vector with schema extensions")
        await inside.close()
        await superuser.close()
        dsn = [
            server.dsn(user=user).replace("/aegis?", "/managed?")
            for user in ("modest_service", "modest")
        ]
        yield Addresses(*dsn, master, Signer(new_key()), Secret("session" * 5))


@pytest.fixture
async def admin(managed):
    connection = await asyncpg.connect(managed.admin_dsn)
    await migrate.migrate_shared(connection, "modest_service")
    yield connection
    await connection.close()


async def test_what_the_server_refuses_is_reported_and_the_rest_is_closed(admin):
    assert await close_ways(admin) == OPEN
    assert await close_ways(admin) == OPEN


async def test_doctor_says_what_stays_open(managed, admin, capsys):
    await close_ways(admin)

    assert await _check_database(managed) == 0

    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line.startswith("note  isolation")] == [
        f"note  isolation: the server lets a hostile statement {words}" for words in OPEN
    ]
    assert [line for line in said if line.startswith("ok    isolation")] == [
        f"ok    isolation: a tenant cannot {WAYS[way]}" for way in WAYS if way in CLOSED
    ]


async def test_isolation_is_proved_with_what_stays_open_counted_by_itself(managed, admin, master):
    await close_ways(admin)
    pool = await open_pool(managed.service_dsn, size=2)
    provisioner = Provisioner(managed.admin_dsn, "modest_service", master)

    report = await prove(Database(pool, master), provisioner, 2)
    await pool.close()

    assert report.failures == {}
    assert report.outcomes["open"] > 0
    assert report.notes == [
        "not tried as the tenant's role itself: the admin login is no superuser",
        *(f"the server leaves open to all: {words}" for words in (*OPEN, WAYS["names"])),
    ]
    assert await admin.fetchval("select count(*) from control.tenant") == 0
