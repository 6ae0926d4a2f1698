"""What a unit of work may do with its connection: named statements, one at a time, while it lasts.

A guard of production code, not of tests. The server holds the walls (role, schema, rights); this
class closes what the server cannot: `set role` as a statement of its own is checked against the
login, so no such statement leaves this process.
"""

import asyncio
import re
from typing import Any

import asyncpg

from core.db.pool import Connection

# Data in, data out. `set`, `reset`, `do`, `copy`, `create`, `begin`, `prepare` are not on the list,
# and the extended protocol takes one statement a call, so none can follow a semicolon.
_DATA = re.compile(
    r"(?:\s*--[^\r\n]*[\r\n])*\s*(?:select|insert|update|delete|with|values)\b", re.IGNORECASE
)


class ScopeError(RuntimeError):
    """Code has tried to work outside its unit of work. A defect of ours, never a person's doing."""


class Statements:
    """Runs statements for one task, inside one `async with`, and then never again."""

    __slots__ = ("_connection", "_task")

    def __init__(self, connection: Connection) -> None:
        self._connection: Connection | None = connection
        self._task = asyncio.current_task()

    def close(self) -> None:
        """The unit of work is over: whoever kept this object can do nothing with it."""
        self._connection = None

    @property
    def is_connected(self) -> bool:
        """False once the unit of work is over, or the server has gone away."""
        return self._connection is not None and not self._connection.is_closed()

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
        if self._connection is None:
            raise ScopeError("this transaction is over: open another one")
        if asyncio.current_task() is not self._task:
            raise ScopeError("a transaction belongs to the task that opened it")
        if not _DATA.match(statement):
            raise ScopeError("only select, insert, update, delete, with and values run here")
        return self._connection


class Tx(Statements):
    """A transaction inside one tenant's role and schema."""


class ControlTx(Statements):
    """Statements on the switchboard, with no right on any tenant's tables."""
