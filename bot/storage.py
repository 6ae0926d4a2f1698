"""Open the database the settings name: the embedded one, or any PostgreSQL ≥ 16 with pgvector."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import asyncpg

from bot.postgres.state import StateDirectory
from bot.postgres.supervisor import EmbeddedPostgres
from bot.settings import Settings
from core.db import migrate
from core.db.database import Database
from core.db.fleet import FleetReport, Progress, migrate_fleet, no_progress
from core.db.pool import Connection, Pool, close_pool, open_pool
from core.isolation.close_ways import close_ways
from core.kernel.sealing import ReloadingSealer, Sealer, master_sealer
from core.kernel.secret import Secret
from core.kernel.signing import Signer, signer_of
from core.tenancy.install_workspace import Provisioner
from core.tenancy.keys.check_master import check_master

log = logging.getLogger(__name__)

EMBEDDED_LOGIN = "aegis_login"
CONNECT_SECONDS = 10.0
OLDEST_SERVER = 160_000  # PostgreSQL 16
# For what Slack sends and for finding its tenant, and for nothing else.
INTAKE_CONNECTIONS = 3
# A server that hangs, or went away without a word, holds a connection of the intake no longer.
INTAKE_SECONDS = 5.0


class StorageError(Exception):
    """The database cannot be used as it is; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the database is, for the service and for the admin; the keys that wrap and sign."""

    service_dsn: str = field(repr=False)  # it may hold a password
    admin_dsn: str = field(repr=False)
    master: Sealer
    signer: Signer
    session_key: Secret
    pooled: bool = False
    listen_dsn: str | None = field(default=None, repr=False)  # where wake-ups are heard


@dataclass(frozen=True, slots=True)
class Storage:
    """`intake` is the same database over connections of its own: whatever the work does to the
    others, what Slack sends can be stored."""

    database: Database
    intake: Database
    provisioner: Provisioner
    signer: Signer
    session_key: Secret
    listen_dsn: str | None = field(default=None, repr=False)


@asynccontextmanager
async def addresses(settings: Settings) -> AsyncIterator[Addresses]:
    """Start the embedded server if there is no other; it stops when its last user leaves."""
    if settings.database_url is not None:
        yield _named_addresses(settings, settings.database_url)
        return
    state = StateDirectory(settings.state_dir)
    if state.database.exists() and not (state.path / "master.key").exists():
        # A new key would open nothing of what is there.
        raise StorageError(
            "master.key is missing from the state directory, and the database in it needs it: "
            "put it back from a backup, or set AEGIS_STATE_DIR to a new folder to start anew."
        )
    keys = state.keys()
    log.warning(
        "using the embedded PostgreSQL in the state directory; set DATABASE_URL for production"
    )
    embedded = EmbeddedPostgres(state.database)
    server = await asyncio.to_thread(embedded.start)
    try:
        await _ensure_login(server.dsn())
        yield Addresses(
            server.dsn(user=EMBEDDED_LOGIN),
            server.dsn(),
            ReloadingSealer(lambda: (*state.master_keys(), *settings.old_master_keys)),
            signer_of(keys.signing),
            keys.session,
            listen_dsn=server.dsn(user=EMBEDDED_LOGIN),
        )
    finally:
        await asyncio.to_thread(embedded.stop)


def _named_addresses(settings: Settings, service: Secret) -> Addresses:
    """What the environment says; `Settings` has seen to it that no key is missing."""
    assert settings.master_key is not None
    assert settings.signing_key is not None
    assert settings.session_key is not None
    # A pooler in transaction mode passes no notifications on, unless there is a way past it.
    listen = settings.database_listen_url or (None if settings.database_pooled else service)
    return Addresses(
        service.reveal(),
        (settings.database_admin_url or service).reveal(),
        master_sealer(settings.master_key, *settings.old_master_keys),
        signer_of(settings.signing_key),
        settings.session_key,
        settings.database_pooled,
        listen.reveal() if listen else None,
    )


@asynccontextmanager
async def open_storage(where: Addresses) -> AsyncIterator[Storage]:
    """The service's pool. Raises StorageError when the schema is not current, MasterKeyMissing when
    a tenant's key is wrapped with a master key that is not here."""
    async with AsyncExitStack() as stack:
        pool = await _opened(stack, where, 20)
        intake = await _opened(stack, where, INTAKE_CONNECTIONS)
        login = await pool.fetchval("select current_user")
        await _check_current(pool)
        database = Database(pool, where.master)
        await check_master(database, where.master)
        yield Storage(
            database,
            Database(intake, where.master, within=INTAKE_SECONDS),
            Provisioner(where.admin_dsn, login, where.master),
            where.signer,
            where.session_key,
            where.listen_dsn,
        )


async def _opened(stack: AsyncExitStack, where: Addresses, size: int) -> Pool:
    with named("DATABASE_URL"):
        pool = await open_pool(where.service_dsn, size=size, pooled=where.pooled)
    stack.push_async_callback(close_pool, pool)
    return pool


async def connect_service(where: Addresses) -> Connection:
    """One connection of the service's login. Behind a pooler a prepared statement would stay in the
    server's connection, and meet the next one of its name there."""
    cache = 0 if where.pooled else 100
    return await asyncpg.connect(
        where.service_dsn, timeout=CONNECT_SECONDS, statement_cache_size=cache
    )


async def migrate_all(
    where: Addresses, progress: Progress = no_progress
) -> tuple[list[str], FleetReport]:
    """Bring everything up to date; returns shared migrations applied, and how the tenants did."""
    with named("DATABASE_URL"):
        service = await connect_service(where)
    try:
        login = await service.fetchval("select current_user")
    finally:
        await service.close()
    with named("DATABASE_ADMIN_URL"):
        admin = await asyncpg.connect(where.admin_dsn, timeout=CONNECT_SECONDS)
    try:
        await _check_server(admin)
        applied = await migrate.migrate_shared(admin, login)
        for way in await close_ways(admin):
            log.warning("the server leaves a way open to hostile statements: %s", way)
    finally:
        await admin.close()
    with named("DATABASE_ADMIN_URL"):
        return applied, await migrate_fleet(where.admin_dsn, progress=progress)


@contextmanager
def named(setting: str) -> Iterator[None]:
    """Say which setting leads to a server that is not there, or does not let us in."""
    try:
        yield
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        why = str(error) or type(error).__name__
        raise StorageError(f"{setting}: the database does not answer there ({why}).") from error
    except ValueError:
        # Its text quotes a piece of the address, which may be one of the password.
        raise StorageError(
            f"{setting}: is not an address that can be read. In a password, write each of "
            "/ ? # [ ] @ : % as % and two hex digits."
        ) from None


async def _ensure_login(admin_dsn: str) -> None:
    """The service's own login: no rights but those it is given, and none inherited."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        if not await admin.fetchval(migrate.SQL["has_role"], EMBEDDED_LOGIN):
            await admin.execute("create role aegis_login login noinherit")
    except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        log.debug("another process made the login first")
    finally:
        await admin.close()


async def _check_server(connection: Connection) -> None:
    version = await connection.fetchval("select current_setting('server_version_num')::int")
    if version < OLDEST_SERVER:
        raise StorageError(
            f"PostgreSQL {version // 10_000} is too old: AEGIS needs 16 or newer, with pgvector."
        )
    if not await connection.fetchval(
        "select true from pg_available_extensions where name = 'vector'"
    ):
        raise StorageError("This PostgreSQL has no pgvector: install the extension `vector`.")


async def _check_current(pool: Pool) -> None:
    missing = "The database is not set up, or is older than this program: run `aegis migrate`."
    try:
        rows = await pool.fetch(migrate.SQL["list_migrations"])
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError) as error:
        raise StorageError(missing) from error
    if len(rows) < len(migrate.load("shared")):
        raise StorageError(missing)
