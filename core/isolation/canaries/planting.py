"""Put one canary row into every table of a throwaway tenant, guided by the catalog alone."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import asyncpg

from core.db import scope, sql
from core.db.pool import Connection
from core.isolation.canaries.tables import Check, Column, Table
from core.isolation.canaries.values import Canaries, NoCanary, new_marker
from core.isolation.model import Failure
from core.kernel.ids import TenantId

SQL = sql.load("core.isolation.canaries")

_MOST_TRIES = 400


class NoRow(Exception):
    """No row can be made for a table; the message says what stands against it."""


async def plant_canaries(
    admin: Connection, tenant: TenantId, tables: Sequence[Table]
) -> tuple[Canaries, list[Failure]]:
    """The canaries planted, and the tables for which no row could be made."""
    canaries = Canaries(tenant, new_marker())
    bare = []
    for table in tables:
        try:
            canaries.add(table.name, await _plant(admin, scope.schema_of(tenant), table, canaries))
        except (NoRow, NoCanary) as error:
            bare.append(Failure("not covered", f"table {table.name}", str(error)))
    return canaries, bare


async def _plant(
    admin: Connection, schema: str, table: Table, canaries: Canaries
) -> dict[str, Any]:
    """Try values until every check is met; returns the row as the table holds it."""
    values = {c.name: _candidates(canaries, table, c) for c in table.columns}
    values |= _referred(table, canaries)
    trials = {check.name: _trials(check, values) for check in table.checks}
    row = {name: found[0] for name, found in values.items()}
    insert = await admin.fetchval(SQL["insert_row"], schema, table.name, list(row))
    for _ in range(_MOST_TRIES):
        try:
            async with admin.transaction():
                return dict(json.loads(await admin.fetchval(insert, json.dumps(row))))
        except asyncpg.CheckViolationError as error:
            name = error.constraint_name or ""
            change = next(trials.get(name, iter(())), None)
            if change is None:
                raise NoRow(f"no value meets its check {name}") from None
            row |= change
        except asyncpg.PostgresError as error:
            raise NoRow(f"a row is refused: {error.sqlstate} {error.args[0]}") from None
    raise NoRow("no row meets all its checks together")


def _candidates(canaries: Canaries, table: Table, column: Column) -> list[Any]:
    return canaries.candidates(
        table.name, column, [check for check in table.checks if column.name in check.columns]
    )


def _referred(table: Table, canaries: Canaries) -> dict[str, list[Any]]:
    """Columns of foreign keys: what the row referred to holds."""
    found = {}
    for reference in table.references:
        target = canaries.rows.get(reference.target)
        if target is None:
            raise NoRow(f"it refers to {reference.target}, which has no row")
        for name, there in zip(reference.columns, reference.target_columns, strict=True):
            found[name] = [target[there]]
    return found


def _trials(check: Check, values: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Every choice of values for the columns of one check, after the first choice."""
    names = [name for name in check.columns if name in values]
    choices = itertools.product(*(values[name] for name in names))
    next(choices, None)
    for choice in choices:
        yield dict(zip(names, choice, strict=True))
