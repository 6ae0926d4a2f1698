"""One throwaway PostgreSQL for the run; a fresh tenant for each test that asks for one.

Tenants are isolated from each other by the product itself, so they isolate the tests too.
"""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from bot import wiring
from bot.postgres.supervisor import EmbeddedPostgres, Server
from core.db import migrate
from core.db.database import Database
from core.db.pool import open_pool
from core.db.tenant import TenantContext
from core.isolation.close_ways import close_ways
from core.kernel.sealing import Sealer, new_key
from core.tenancy.install_workspace import Provisioner
from tests.canary.bystander import plant, search_everybody_else
from tests.canary.ears import listening
from tests.canary.net import Net
from tests.integration.pooler import open_pooler
from tests.pgbouncer import find_pgbouncer, running_pgbouncer
from tests.stage import Stage, open_stage

SERVICE_LOGIN = "aegis_test_service"
NET = Net()  # of this process of the run
LISTENING = ExitStack()
SECTIONS = pytest.StashKey[list[tuple[str, str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--through-pgbouncer",
        action="store_true",
        help="the service's login goes through pgbouncer: transaction mode, one server connection",
    )


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart() -> Iterator[None]:
    """From here to the end of the run, whatever is said is searched for the bystander's words."""
    LISTENING.enter_context(listening(NET))
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish() -> Iterator[None]:
    try:
        return (yield)
    finally:
        LISTENING.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """A test during which a canary was heard has failed, whatever it was about."""
    report = yield
    NET.listen("an error", report.longreprtext)
    known = item.stash.setdefault(SECTIONS, [])  # each report repeats those before it
    for section in report.sections:
        if section not in known:
            known.append(section)
            NET.listen(*section)
    if heard := NET.take():
        report.outcome = "failed"
        report.longrepr = "\n".join(heard)
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.getoption("--through-pgbouncer"):
        stand_in = "tests/integration/pooler.py, because there is no pgbouncer on this machine"
        terminalreporter.write_line(f"pooler: {find_pgbouncer() or stand_in}")


@pytest.fixture(scope="session", autouse=True)
def nothing_stands_back() -> Iterator[None]:
    """What is indexed gives way to every other process, and four of these share a machine's processors:
    a short document would take a minute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "FOR_DOCUMENTS", 0)
        yield


@pytest.fixture(scope="session")
def through_pooler(pytestconfig: pytest.Config) -> bool:
    """Whether the service's login goes through a pooler in transaction mode."""
    return bool(pytestconfig.getoption("--through-pgbouncer"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The project's shared folder of contracts and data; skips where there is none."""
    default = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("AEGIS_SHARED", default))
    if not (folder / "contracts").is_dir():
        pytest.skip(f"no shared folder at {folder.name!r}: set AEGIS_SHARED to run this test")
    return folder


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("postgres")
    with EmbeddedPostgres(folder / "data", throwaway=True) as server:
        yield server


@pytest.fixture(scope="session")
async def admin_dsn(postgres: Server, master: Sealer) -> AsyncIterator[str]:
    """A migrated database with a bystander in it; the login that owns the cluster."""
    dsn = postgres.dsn()
    admin = await asyncpg.connect(dsn)
    try:
        await admin.execute(f"create role {SERVICE_LOGIN} login noinherit")
        await migrate.migrate_shared(admin, SERVICE_LOGIN)
        await close_ways(admin)
        bystander = await plant(admin, Provisioner(dsn, SERVICE_LOGIN, master), NET)
        yield dsn
        for place in await search_everybody_else(admin, bystander, NET):
            NET.listen(place, NET.mark)
    finally:
        await admin.close()


@pytest.fixture
async def admin(admin_dsn: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """The login that owns the cluster: a superuser in the tests."""
    connection = await asyncpg.connect(admin_dsn)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def service_dsn(postgres: Server, admin_dsn: str, through_pooler: bool) -> AsyncIterator[str]:
    if not through_pooler:
        yield postgres.dsn(user=SERVICE_LOGIN)
    elif program := find_pgbouncer():
        with running_pgbouncer(program, postgres.start(), SERVICE_LOGIN) as dsn:
            yield dsn
    else:
        socket = f"{postgres.start().socket_directory}/.s.PGSQL.5432"
        async with open_pooler(socket, SERVICE_LOGIN, "aegis", servers=1) as dsn:
            yield dsn


@pytest.fixture(scope="session")
def master_key() -> bytes:
    return new_key()


@pytest.fixture(scope="session")
def master(master_key: bytes) -> Sealer:
    return Sealer(master_key)


@pytest.fixture
def process_environment(
    service_dsn: str, admin_dsn: str, master_key: bytes, through_pooler: bool
) -> dict[str, str]:
    """What a process of its own needs to share this run's database."""
    keys = {name: base64.b64encode(os.urandom(32)).decode() for name in ("SESSION", "SIGNING")}
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": service_dsn,
        "DATABASE_ADMIN_URL": admin_dsn,
        "DATABASE_POOLED": str(through_pooler).lower(),
        "AEGIS_MASTER_KEY": base64.b64encode(master_key).decode(),
        **{f"AEGIS_{name}_KEY": key for name, key in keys.items()},
    }


@pytest.fixture(scope="session")
async def database(
    service_dsn: str, master: Sealer, through_pooler: bool
) -> AsyncIterator[Database]:
    pool = await open_pool(service_dsn, size=10, pooled=through_pooler)
    yield Database(pool, master)
    await asyncio.wait_for(pool.close(), 10)


@pytest.fixture(scope="session")
def provisioner(admin_dsn: str, master: Sealer) -> Provisioner:
    return Provisioner(admin_dsn, SERVICE_LOGIN, master)


@pytest.fixture
def new_context(
    database: Database, provisioner: Provisioner
) -> Callable[[], Awaitable[TenantContext]]:
    """Makes a tenant of its own workspace, as often as it is called."""

    async def make() -> TenantContext:
        team = "T" + os.urandom(5).hex().upper()
        return await database.tenant(await provisioner.tenant_for(team))

    return make


@pytest.fixture
async def context(new_context: Callable[[], Awaitable[TenantContext]]) -> TenantContext:
    return await new_context()


@pytest.fixture
def stage_with(database: Database, provisioner: Provisioner, tmp_path: Path) -> Callable[..., Any]:
    """Open a stage with options of its own: `async with stage_with(unserved=…) as stage`."""

    def open_one(**options: Any) -> Any:
        return open_stage(database, provisioner, tmp_path, **options)

    return open_one


@pytest.fixture
async def stage(stage_with: Callable[..., Any]) -> AsyncIterator[Stage]:
    async with stage_with() as opened:
        yield opened


@pytest.fixture
async def http(stage: Stage) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the stage's sandbox."""
    async with aiohttp.ClientSession(stage.sandbox.url) as session:
        yield session


@pytest.fixture
def new_document(tmp_path: Path) -> Callable[[str, str], Awaitable[None]]:
    """Writes a file beside the script, for an `upload` step."""

    async def write(name: str, text: str) -> None:
        (tmp_path / name).write_text(text, "utf-8")

    return write
