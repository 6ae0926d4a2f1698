"""Connections of the service's login: opened ready for use, given up before they grow heavy."""

import contextlib
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

# As text, because asyncpg's classes are generic for the type checker alone.
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

# A backend keeps the catalog of every tenant it has met: 0.23 MB for all tables of one, and it never
# lets go. So a connection ends after a while of rest, and after so many statements: at the least six
# a unit of work, that is 190 MB if each were another tenant's and met all of its tables.
CONNECTION_SECONDS = 1800.0
CONNECTION_STATEMENTS = 5000


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
