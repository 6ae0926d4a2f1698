"""Connections of the service's login: opened ready for use, given up before they grow heavy."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from core.kernel.errors import Busy
from core.kernel.waiting.tasks import cancellation_first

log = logging.getLogger(__name__)

# As text, because asyncpg's classes are generic for the type checker alone.
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

# A backend keeps the catalog of every tenant it has met: 0.23 MB for all tables of one, and it never
# lets go. So a connection ends after a while of rest, and after so many statements: at the least six
# a unit of work, that is 190 MB if each were another tenant's and met all of its tables.
CONNECTION_SECONDS = 1800.0
CONNECTION_STATEMENTS = 5000
# How long a unit of work waits for a connection, when all of them are in use.
ACQUIRE_SECONDS = 5.0
# And how long closing the pool waits for those that are in use.
CLOSE_SECONDS = 1.5

Begin: TypeAlias = "Callable[[Connection], Awaitable[object]]"


# Arrays of base types: oid of the array, oid and name of its element. They are the same on every
# server (src/include/catalog/pg_type.dat).
_ARRAYS = [
    {
        "oid": array,
        "ns": "pg_catalog",
        "name": f"_{name}",
        "kind": b"b",
        "basetype": None,
        "elemtype": element,
        "elemtype_name": name,
        "elemdelim": ",",
        "range_subtype": None,
        "attrtypoids": None,
        "attrnames": None,
    }
    for array, element, name in (
        (1000, 16, "bool"),
        (1001, 17, "bytea"),
        (1003, 19, "name"),
        (1005, 21, "int2"),
        (1007, 23, "int4"),
        (1016, 20, "int8"),
        (1015, 1043, "varchar"),
        (1021, 700, "float4"),
        (1022, 701, "float8"),
        (1231, 1700, "numeric"),
        (1182, 1082, "date"),
        (1115, 1114, "timestamp"),
        (1185, 1184, "timestamptz"),
        (2951, 2950, "uuid"),
        (199, 114, "json"),
        (3807, 3802, "jsonb"),
    )
]


async def open_pool(dsn: str, *, size: int = 10, pooled: bool = False) -> Pool:
    """A pool for the service's login. *pooled*: a transaction-mode pooler stands in between."""
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        init=_know_types,
        statement_cache_size=0 if pooled else 200,
        max_inactive_connection_lifetime=CONNECTION_SECONDS,
        max_queries=CONNECTION_STATEMENTS,
        command_timeout=60,
        server_settings={"application_name": "aegis"},
    )


async def close_pool(pool: Pool) -> None:
    """Whatever is still under way, on a server that may hang, is given up after a moment."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await pool.close()
    except TimeoutError:
        log.warning("connections to the database were in use, and are cut")
        pool.terminate()


@contextlib.asynccontextmanager
async def acquired(pool: Pool, within: float | None = None) -> AsyncIterator[Connection]:
    """A connection of the pool. Raises Busy when none is free in time.

    A unit of work that is not over *within* so many seconds loses its connection at once. asyncpg's
    own time limits ask the server to cancel and wait for its answer; one that hangs, or went away
    without a word, gives none.
    """
    with cancellation_first():
        async with _lent(pool, within) as connection:
            yield connection


@contextlib.asynccontextmanager
async def _lent(pool: Pool, within: float | None) -> AsyncIterator[Connection]:
    try:
        connection = await pool.acquire(timeout=ACQUIRE_SECONDS)
    except TimeoutError:
        raise Busy("all connections to the database are in use", 1.0) from None
    except FileNotFoundError as error:
        # A server on this machine that restarts: its socket is a file, but this is no file's fault.
        raise ConnectionRefusedError(f"cannot connect: {error}") from error
    ended: list[bool] = []

    def end() -> None:
        ended.append(True)
        with contextlib.suppress(asyncpg.InterfaceError):  # given back at this very moment
            connection.terminate()

    timer = asyncio.get_running_loop().call_later(within, end) if within else None
    try:
        yield connection
    finally:
        try:
            await pool.release(connection)
        finally:
            if timer:
                timer.cancel()
            if ended:
                # What became of this one has most likely become of the others.
                await pool.expire_connections()


@contextlib.asynccontextmanager
async def entered(pool: Pool, begin: Begin, **transaction: Any) -> AsyncIterator[Connection]:
    """A transaction that *begin* takes into a tenant.

    A backend may keep a list of memberships from before this tenant was made, when others are made
    at the same moment (PostgreSQL's roles_is_member_of): its `set role` is refused. New backends
    read the list anew, so the second try is on one of those, and there is no third.
    """
    async with contextlib.AsyncExitStack() as stack:
        try:
            connection = await _begun(pool, begin, stack, transaction)
        except asyncpg.InsufficientPrivilegeError:
            await pool.expire_connections()
            connection = await _begun(pool, begin, stack, transaction)
        yield connection


async def _begun(
    pool: Pool, begin: Begin, stack: contextlib.AsyncExitStack, transaction: dict[str, Any]
) -> Connection:
    """A connection inside the tenant, until *stack* ends; given back at once if it may not."""
    async with contextlib.AsyncExitStack() as entering:
        connection = await entering.enter_async_context(acquired(pool))
        await entering.enter_async_context(connection.transaction(**transaction))
        await begin(connection)
        stack.push_async_exit(entering.pop_all())
    return connection


async def _know_types(connection: Connection) -> None:
    """Teach a new connection the types that asyncpg would look up when it first meets them.

    That would be inside a tenant, whose role may not read the catalogs (core/isolation). asyncpg
    has no public way to name arrays of base types, and for those it would read all of pg_type.
    """
    with contextlib.suppress(ValueError):  # a database that is not set up yet has no such type
        await connection.set_type_codec(
            "halfvec", schema="extensions", encoder=str, decoder=str, format="text"
        )
    # Last, because a codec set afterwards would make it forget them.
    connection._protocol.get_settings().register_data_types(_ARRAYS)  # type: ignore[union-attr]
