"""Load an archive's tables into a tenant's empty schema, as the owner of its tables."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from graphlib import TopologicalSorter

import asyncpg

from core.db import sql
from core.db.pool import Connection
from core.db.transaction import COPY_SECONDS
from core.kernel.errors import Invalid
from core.lifecycle.archive.model import ArchivedTable, Manifest
from core.lifecycle.archive.reading import Archive

SQL = sql.load("core.lifecycle.archive")
DB_SQL = sql.load("core.db")


async def load_tables(admin: Connection, schema: str, archive: Archive) -> None:
    """Fill every table, and set the sequences past what is in them. The caller's transaction stands
    inside the tenant's schema, as its owner. Raises Invalid when the rows do not fit the schema.
    """
    await _check_fits(admin, schema, archive.manifest)
    await admin.execute(SQL["disable_audit_triggers"])
    for table in await _in_order(admin, archive.manifest):
        await _load(admin, schema, table, archive.pieces(table))
    await admin.execute(SQL["enable_audit_triggers"])
    for row in await admin.fetch(SQL["list_advances"]):
        await admin.execute(row["statement"])


async def _check_fits(admin: Connection, schema: str, manifest: Manifest) -> None:
    rows = await admin.fetch(DB_SQL["list_own_columns"], schema)
    there = {(row["table_name"], row["column_name"], row["column_type"]) for row in rows}
    archived = {(table.name, *column) for table in manifest.tables for column in table.columns}
    if there != archived:
        raise Invalid("The tables in this archive are not those of the version it names.")


async def _in_order(admin: Connection, manifest: Manifest) -> list[ArchivedTable]:
    """What others refer to comes first."""
    order: TopologicalSorter[str] = TopologicalSorter()
    for row in await admin.fetch(SQL["list_references"]):
        order.add(row["child"], row["parent"])
    for table in manifest.tables:
        order.add(table.name)
    tables = {table.name: table for table in manifest.tables}
    return [tables[name] for name in order.static_order()]


async def _load(
    admin: Connection, schema: str, table: ArchivedTable, pieces: Iterator[bytes]
) -> None:
    try:
        status = await admin.copy_to_table(
            table.name,
            schema_name=schema,
            columns=[name for name, _ in table.columns],
            source=_read(pieces),
            format="csv",
            header=True,
            timeout=COPY_SECONDS,
        )
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError):
        # The server's own words would quote the row.
        raise Invalid(f"The rows of {table.name} in this archive break its rules.") from None
    if status != f"COPY {table.rows}":
        raise Invalid(f"{table.file} in this archive has another number of rows than it should.")


async def _read(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece
