"""Close the ways out of a tenant's transaction that the server lets us close.

A wrong statement meets the walls: role, schema and rights. A hostile one could look for functions
that change the role or run text as SQL. PostgreSQL gives those to everyone; here they are taken
back, and what the server keeps open is named, so that `aegis doctor` can say so.
"""

import contextlib

import asyncpg

from core.db import sql
from core.db.pool import Connection
from core.isolation.model import WAYS, Way

SQL = sql.load("core.isolation")

_LOCK = 0x57415953  # "WAYS": one run at a time, per transaction


async def close_ways(admin: Connection) -> list[str]:
    """Take from PUBLIC what no tenant needs; returns, in words, the ways the server left open.

    Goes through all of pg_proc each time, so a newer server's functions are found. What asyncpg
    needs goes to aegis_service, what migrations need to aegis_owner, what monitors need to
    pg_monitor. Repeating it changes nothing.
    """
    async with admin.transaction():
        await admin.execute(SQL["lock_ways"], _LOCK)
        rows = await admin.fetch(SQL["list_open_functions"])
        found = [row["oid"] for row in rows]
        read = [row["oid"] for row in rows if row["way"] == "catalogs"]
        await _run(admin, await admin.fetchval(SQL["close_functions"], found))
        await _run(admin, await admin.fetchval(SQL["open_functions_to_service"], read))
        catalogs = [row["oid"] for row in await admin.fetch(SQL["list_open_catalogs"])]
        await _run(admin, await admin.fetchval(SQL["close_catalogs"], catalogs))
        languages = [row["oid"] for row in await admin.fetch(SQL["list_open_languages"])]
        await _run(admin, await admin.fetchval(SQL["close_languages"], languages))
        await _run(admin, await admin.fetchval(SQL["close_temporary"]))
        await _run(admin, await admin.fetchval(SQL["close_create"]))
    return [WAYS[way] for way in await list_open_ways(admin)]


async def list_open_ways(connection: Connection) -> list[Way]:
    """The ways that this server leaves open to every role, without those that each one does."""
    functions = {row["way"] for row in await connection.fetch(SQL["list_open_functions"])}
    catalogs = await connection.fetch(SQL["list_open_catalogs"])
    is_open = {
        "catalogs": "catalogs" in functions or bool(catalogs),
        "languages": bool(await connection.fetch(SQL["list_open_languages"])),
        "temporary": await connection.fetchval(SQL["is_temporary_open"]),
        "create": await connection.fetchval(SQL["is_create_open"]),
    }
    return [way for way in WAYS if way in functions or is_open.get(way)]


async def _run(admin: Connection, statement: str | None) -> None:
    """Run what the server has put together. Its refusal is seen afterwards, in what is still open."""
    if statement:
        with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
            async with admin.transaction():
                await admin.execute(statement)
