"""Call every store function inside one tenant, with the values of another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import asyncpg

from core.db import scope, sql
from core.db.pool import Connection
from core.db.tenant import TenantContext
from core.db.transaction import ControlTx, ScopeError, Statements, Tx
from core.isolation.canaries.values import Canaries
from core.isolation.model import Outcome
from core.isolation.proof.answers import gives_away, is_nothing, shape
from core.isolation.proof.arguments import NoArgument, make_arguments
from core.isolation.proof.functions import StoreFunction
from core.isolation.proof.tally import Tally

SQL = sql.load("core.isolation.proof")


class TakenBack(Exception):
    """Ends a transaction without keeping anything of it."""


@dataclass(slots=True)
class Answer:
    """What came of one call: a value, or the error that came instead."""

    value: Any = None
    error: Exception | None = None
    statements: int = 0


class _CountedTx(Tx):
    """Counts what is sent: a call that sends nothing has proved nothing."""

    __slots__ = ("sent",)

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.sent = 0

    def _checked(self, statement: str) -> Connection:
        self.sent += 1
        return super()._checked(statement)


class _CountedControlTx(ControlTx):
    __slots__ = ("sent",)

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.sent = 0

    def _checked(self, statement: str) -> Connection:
        self.sent += 1
        return super()._checked(statement)


async def call_all(
    attacker: TenantContext,
    victim: Canaries,
    functions: list[StoreFunction],
    admin: Connection,
    tally: Tally,
) -> None:
    """Each function as *attacker*, with *victim*'s values; nothing of it is kept."""
    checksum = await admin.fetchval(SQL["checksum"], f"tenant_{victim.tenant_id}")
    before = await admin.fetch(checksum)
    ghost = victim.ghost()
    for function in functions:
        outcome, why = await _try(attacker, victim, ghost, function)
        if await admin.fetch(checksum) != before:
            outcome, why = "crossed", "it changed another tenant's tables"
            before = await admin.fetch(checksum)
        tally.functions.add(function.name)
        tally.count(outcome, function.name, why)


async def _try(
    attacker: TenantContext, victim: Canaries, ghost: Canaries, function: StoreFunction
) -> tuple[Outcome, str]:
    if function.kind == "neither":
        return "not covered", "its first parameter is neither `tx: Tx` nor `tx: ControlTx`"
    given: dict[type, Any] = {type(own): own for own in (attacker, attacker.sealer)}
    try:
        arguments = make_arguments(function.call, victim, given)
        nobodys = make_arguments(function.call, ghost, given)
    except (NoArgument, TypeError, ValueError, NameError) as error:
        return "not covered", str(error)
    answer = await _call(attacker, function, arguments)
    if gives_away(answer.value, victim, arguments):
        return "crossed", "its answer holds what another tenant has"
    if function.kind == "switchboard":
        return _judge_switchboard(answer)
    if answer.error is None:
        other = await _call(attacker, function, nobodys)
        if other.error is None and shape(other.value) != shape(answer.value):
            return "crossed", "it answers otherwise for what another tenant has than for nothing"
    return _judge(answer)


async def _call(attacker: TenantContext, function: StoreFunction, arguments: Any) -> Answer:
    made: Callable[[Connection], Statements] = (
        _CountedTx if function.kind == "tenant" else _CountedControlTx
    )
    answer = Answer()
    try:
        async with attacker.db.transaction() as opened:
            tx: Any = made(connection_of(opened))
            try:
                answer.value = await _result(function.call(tx, **arguments))
            finally:
                answer.statements = tx.sent
            raise TakenBack
    except TakenBack:
        pass
    except Exception as error:  # whatever a function makes of values it did not expect
        answer.error = error
    return answer


async def _result(called: Any) -> Any:
    return [one async for one in called] if hasattr(called, "__aiter__") else await called


def connection_of(tx: Tx) -> Connection:
    """The connection under a unit of work, past the guard: to ask what the server alone denies."""
    connection = tx._connection
    assert connection is not None
    return connection


def _judge(answer: Answer) -> tuple[Outcome, str]:
    error = answer.error
    if not answer.statements:
        return "not covered", f"it sent no statement ({type(error).__name__})"
    if isinstance(error, asyncpg.PostgresError) and not isinstance(
        error, asyncpg.InsufficientPrivilegeError | asyncpg.IntegrityConstraintViolationError
    ):
        # The statement failed on its values: what it would have read is not known.
        return "not covered", f"its statement failed: {error.sqlstate} {error.args[0]}"
    refused = isinstance(error, asyncpg.PostgresError | ScopeError)
    return ("denied" if refused else "empty"), ""


def _judge_switchboard(answer: Answer) -> tuple[Outcome, str]:
    if isinstance(answer.error, asyncpg.InsufficientPrivilegeError):
        return "denied", ""
    if not answer.statements:
        return "not covered", f"it sent no statement ({type(answer.error).__name__})"
    if answer.error is None and is_nothing(answer.value):
        return "empty", ""
    if answer.error is None:
        return "crossed", "the switchboard answered inside a tenant"
    return "not covered", f"its statement failed: {type(answer.error).__name__}"


async def see_own(context: TenantContext, own: Canaries, tally: Tally, admin: Connection) -> None:
    """That the canaries are there to be found: their own tenant reads each of them."""
    schema = scope.schema_of(context.tenant_id)
    for table in own.rows:
        if not await admin.fetchval(SQL["has_own_right"], schema, table):
            continue
        statement = await admin.fetchval(SQL["read_own"], schema, table)
        async with context.db.transaction() as tx:
            rows = await tx.fetch(statement)
        if not gives_away(rows, own, ()):
            tally.count("not covered", f"table {table}", "its own tenant does not see its canary")
