"""A server of its own: a proof looks at every tenant there is, and other tests leave odd ones."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from bot.postgres.supervisor import EmbeddedPostgres, Server
from core.db import migrate
from core.db.database import Database
from core.db.pool import open_pool
from core.isolation.close_ways import close_ways
from core.kernel.sealing import Sealer
from core.tenancy.install_workspace import Provisioner
from tests.integration.pooler import open_pooler
from tests.pgbouncer import find_pgbouncer, running_pgbouncer

LOGIN = "proof_service"


@pytest.fixture(scope="package")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """As PostgreSQL comes."""
    folder = tmp_path_factory.mktemp("proof")
    with EmbeddedPostgres(folder / "data", throwaway=True) as server:
        yield server


@pytest.fixture(scope="package")
async def server(open_server: Server) -> Server:
    """Migrated; `open_ways` of test_ways.py is a database beside it, where nothing is closed."""
    admin = await asyncpg.connect(open_server.dsn())
    await admin.execute(f"create role {LOGIN} login noinherit")
    await migrate.migrate_shared(admin, LOGIN)
    await close_ways(admin)
    await admin.close()
    return open_server


@pytest.fixture
async def admin(server: Server) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(server.dsn())
    yield connection
    await connection.close()


@pytest.fixture
def provisioner(server: Server, master: Sealer) -> Provisioner:
    return Provisioner(server.dsn(), LOGIN, master)


@pytest.fixture
async def proved_dsn(server: Server, through_pooler: bool) -> AsyncIterator[str]:
    """A35: where the product's pool leads; through a pooler with one connection, if asked for."""
    if not through_pooler:
        yield server.dsn(user=LOGIN)
    elif program := find_pgbouncer():
        with running_pgbouncer(program, server.start(), LOGIN) as dsn:
            yield dsn
    else:
        socket = f"{server.start().socket_directory}/.s.PGSQL.5432"
        async with open_pooler(socket, LOGIN, "aegis", servers=1) as dsn:
            yield dsn


@pytest.fixture
async def database(
    proved_dsn: str, master: Sealer, through_pooler: bool
) -> AsyncIterator[Database]:
    pool = await open_pool(proved_dsn, size=2, pooled=through_pooler)
    yield Database(pool, master)
    await asyncio.wait_for(pool.close(), 10)


@pytest.fixture
async def real(database: Database, provisioner: Provisioner):
    """Two tenants of workspaces, with every table empty."""
    names = [f"TREAL{number}" for number in range(2)]
    return [await database.tenant(await provisioner.tenant_for(name)) for name in names]
