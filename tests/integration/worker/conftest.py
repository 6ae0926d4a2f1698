"""Ways to the database that the queue's tests need besides the run's own pool."""

import pytest

from core.db.database import Database
from core.db.pool import open_pool
from tests.conftest import SERVICE_LOGIN
from tests.integration.worker.line import Line


@pytest.fixture
def listen_dsn(postgres, service_dsn) -> str:
    """Past any pooler: those in transaction mode pass no notifications on."""
    return postgres.dsn(user=SERVICE_LOGIN)


@pytest.fixture
async def line(postgres, service_dsn):
    """A line to the server that a test can cut and mend."""
    async with Line.open(f"{postgres.start().socket_directory}/.s.PGSQL.5432") as opened:
        yield opened


@pytest.fixture
async def far_database(line, master):
    """The same database, at the other end of `line`."""
    pool = await open_pool(f"postgresql://{SERVICE_LOGIN}@127.0.0.1:{line.port}/aegis", size=4)
    yield Database(pool, master)
    pool.terminate()


@pytest.fixture(autouse=True)
async def empty_queue(database) -> None:
    """What other tests left behind would be claimed here, and be in the way."""
    async with database.control() as tx:
        await tx.execute("delete from control.mailbox")
