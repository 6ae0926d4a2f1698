"""What a proof may do with tenants that belong to someone: read their rights, and knock."""

from collections.abc import Iterable, Sequence

import asyncpg

from core.db import sql
from core.db.pool import Connection
from core.db.tenant import TenantContext
from core.isolation.proof.calls import TakenBack, connection_of
from core.isolation.proof.tally import Tally

SQL = sql.load("core.isolation.proof")

MOST_KNOCKED_AT = 100  # tenants, chosen anew each time


async def check_rights(admin: Connection, tally: Tally) -> None:
    """Hold every tenant's owners, rights and memberships to the design: one attempt a tenant."""
    breaches = [row["breach"] for row in await admin.fetch(SQL["list_breaches"])]
    for breach in breaches:
        tally.count("crossed", f"rights: {breach}", "by design there is no such right")
    for _ in range(await admin.fetchval(SQL["count_tenants"]) if not breaches else 0):
        tally.count("empty", "rights")


async def knock(
    stranger: TenantContext,
    throwaway: Sequence[str],
    covered: Iterable[str],
    newest: int,
    admin: Connection,
    tally: Tally,
) -> None:
    """Ask for one constant from every table of real tenants, as a throwaway role; see that none of
    them has a table that the proof did not cover. Nothing is read and nothing is written."""
    for row in await admin.fetch(SQL["list_uncovered"], newest, list(covered)):
        where = f"table {row['relname']}"
        tally.count("not covered", where, f"{row['nspname']} has it, and the migrations do not")
    others = await admin.fetch(SQL["list_others"], list(throwaway))
    if len(others) > MOST_KNOCKED_AT:
        tally.notes.append(f"knocked at {MOST_KNOCKED_AT} of {len(others)} tenants")
    for row in others[:MOST_KNOCKED_AT]:
        doors = await admin.fetch(SQL["list_doors"], row["nspname"])
        try:
            async with stranger.db.transaction() as tx:
                for door in doors:
                    await _knock(connection_of(tx), door["statement"], door["relname"], tally)
                raise TakenBack
        except TakenBack:
            pass


async def _knock(connection: Connection, statement: str, table: str, tally: Tally) -> None:
    name = f"knock on {table} of a real tenant"
    try:
        async with connection.transaction():
            await connection.fetch(statement)
    except asyncpg.InsufficientPrivilegeError:
        tally.count("denied", name)
    except asyncpg.PostgresError as error:
        tally.count("not covered", name, f"it failed otherwise: {error.sqlstate}")
    else:
        tally.count("crossed", name, "it went through")
