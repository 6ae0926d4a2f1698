"""What a unit of work may do with its connection: named statements, one at a time, while it lasts;
or, in a snapshot, copies of whole tables.

A guard of production code, not of tests. The server holds the walls (role, schema, rights); this
class closes what the server cannot: `set role` as a statement of its own is checked against the
login, so no such statement leaves this process.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import asyncpg

from core.db.pool import Connection

# Data in, data out. `set`, `reset`, `do`, `copy`, `create`, `begin`, `prepare` are not on the list,
# and the extended protocol takes one statement a call, so none can follow a semicolon.
_DATA = re.compile(
    r"(?:\s*--[^\r\n]*[\r\n])*\s*(?:select|insert|update|delete|with|values)\b",
    re.IGNORECASE | re.ASCII,  # blanks and letters as the server reads them
)


# A copy takes as long as its table is large; the connection's own limit is for statements.
COPY_SECONDS = 6 * 3600.0


class ScopeError(RuntimeError):
    """Code has tried to work outside its unit of work. A defect of ours, never a person's doing."""


class Unit:
    """A connection for one task, inside one `async with`, and then never again."""

    __slots__ = ("_connection", "_task")

    def __init__(self, connection: Connection) -> None:
        self._connection: Connection | None = connection
        self._task = asyncio.current_task()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """The unit of work is over: whoever kept this object can do nothing with it."""
        self._connection = None

    @property
    def is_connected(self) -> bool:
        """False once the unit of work is over, or the server has gone away."""
        try:
            return self._connection is not None and not self._connection.is_closed()
        except asyncpg.InterfaceError:  # ended, and so no connection of the pool any more
            return False

    def _held(self) -> Connection:
        if self._connection is None:
            raise ScopeError("this transaction is over: open another one")
        if asyncio.current_task() is not self._task:
            raise ScopeError("a transaction belongs to the task that opened it")
        return self._connection


class Statements(Unit):
    """Runs statements: data in, data out."""

    __slots__ = ()

    async def fetch(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """All rows. Raises ScopeError, asyncpg.PostgresError."""
        return await self._checked(statement).fetch(statement, *values)

    async def fetchrow(self, statement: str, *values: Any) -> asyncpg.Record | None:
        """The first row, or None."""
        return await self._checked(statement).fetchrow(statement, *values)

    async def fetchval(self, statement: str, *values: Any) -> Any:
        """The first value of the first row, or None."""
        return await self._checked(statement).fetchval(statement, *values)

    async def execute(self, statement: str, *values: Any) -> None:
        """Run it for its effect. `fetch`, because asyncpg's own `execute` without values would use
        the simple protocol, which takes several statements at once."""
        await self._checked(statement).fetch(statement, *values)

    def _checked(self, statement: str) -> Connection:
        connection = self._held()
        if not _DATA.match(statement):
            raise ScopeError("only select, insert, update, delete, with and values run here")
        return connection


class Tx(Statements):
    """A transaction inside one tenant's role and schema."""


class ControlTx(Statements):
    """Statements on the switchboard, with no right on any tenant's tables."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the registry says of a tenant at the moment of its snapshot: the time, the versions, its
    workspace if it has one, where its audit log begins and ends, and what was signed there (JSON).
    """

    taken_at: datetime
    server_version: str
    schema_version: int
    team_id: str | None
    seq: int
    head: str
    base_seq: int
    base_hash: str
    checkpoints: str


class Snapshot(Unit):
    """One tenant's tables at one moment. Each can be copied out; no statement can be run."""

    __slots__ = ("moment", "tables")

    def __init__(
        self, connection: Connection, moment: Moment, columns: Iterable[asyncpg.Record]
    ) -> None:
        super().__init__(connection)
        self.moment = moment
        self.tables: dict[str, dict[str, str]] = {}  # table → column → its type
        for row in columns:
            types = self.tables.setdefault(row["table_name"], {})
            types[row["column_name"]] = row["column_type"]

    async def copy_out(
        self, table: str, write: Callable[[bytes], Coroutine[Any, Any, None]]
    ) -> int:
        """Hand a table to *write*, piece by piece, as CSV in UTF-8 with a line of column names; an
        empty field is NULL, an empty text is `""`. Returns the number of rows. Raises ScopeError.
        """
        if table not in self.tables:
            raise ScopeError("only a table of the tenant's own is copied")
        status = await self._held().copy_from_table(
            table,
            columns=list(self.tables[table]),
            output=write,
            format="csv",
            header=True,
            timeout=COPY_SECONDS,
        )
        return int(status.removeprefix("COPY "))
