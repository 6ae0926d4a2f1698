"""A tenant's tables as the catalog describes them: what a row of each must be made of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from core.db import sql
from core.db.pool import Connection

SQL = sql.load("core.isolation.canaries")

_LITERAL = re.compile(r"'((?:[^']|'')*)'::text|(?<![\w.])(\d+)(?![\w.])")


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type_name: str
    modifier: int  # a length or a number of dimensions, as the type has it; -1 for none


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    columns: tuple[str, ...]
    literals: tuple[str, ...]  # texts and numbers that the check itself names


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: these columns hold what those of the target hold."""

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


@dataclass(slots=True)
class Table:
    name: str
    columns: list[Column] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)


async def read_tables(admin: Connection, schema: str) -> list[Table]:
    """Every table (and view) of a schema, those referred to before those that refer."""
    tables: dict[str, Table] = {}
    for row in await admin.fetch(SQL["list_columns"], schema):
        table = tables.setdefault(row["table_name"], Table(row["table_name"]))
        table.columns.append(Column(row["column_name"], row["type_name"], row["modifier"]))
    for row in await admin.fetch(SQL["list_constraints"], schema):
        _add_constraint(tables[row["table_name"]], row)
    return _in_order(tables)


def _add_constraint(table: Table, row: asyncpg.Record) -> None:
    if row["kind"] == "f":
        target_columns = tuple(row["target_columns"])
        table.references.append(Reference(tuple(row["columns"]), row["target"], target_columns))
    else:
        found = _LITERAL.findall(row["definition"])
        literals = tuple(text.replace("''", "'") or number for text, number in found)
        table.checks.append(Check(row["name"], tuple(row["columns"]), literals))


def _in_order(tables: Mapping[str, Table]) -> list[Table]:
    ordered: list[Table] = []

    def visit(table: Table, above: Sequence[str]) -> None:
        if table in ordered or table.name in above:
            return
        for reference in table.references:
            if reference.target in tables:
                visit(tables[reference.target], [*above, table.name])
        ordered.append(table)

    for name in sorted(tables):
        visit(tables[name], [])
    return ordered
