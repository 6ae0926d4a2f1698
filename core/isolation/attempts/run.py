"""Try every attempt as one tenant against another, and say what came of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import asyncpg

from core.db.pool import Connection
from core.db.tenant import TenantContext
from core.db.transaction import ScopeError, Tx
from core.isolation.attempts.catalogue import SQL, Attempt
from core.isolation.model import Outcome, Way
from core.isolation.proof.calls import TakenBack, connection_of
from core.isolation.proof.tally import Tally

# What no right was looked at for: it is not there, or not in a savepoint. Anything else is no
# proof either way.
_ABSENT = (
    asyncpg.ActiveSQLTransactionError,
    asyncpg.UndefinedFunctionError,
    asyncpg.UndefinedObjectError,
    asyncpg.FeatureNotSupportedError,
    asyncpg.UndefinedFileError,
)
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Target:
    """A foreign table with one of its columns. Of a tenant its role has the schema's name."""

    schema: str
    table: str
    column: str
    role: str


@dataclass(frozen=True, slots=True)
class Filled:
    attempt: Attempt
    statement: str
    where: str


async def fill(
    admin: Connection, attempts: Iterable[Attempt], targets: Sequence[Target]
) -> list[Filled]:
    """The statements for *targets*; what names no table is tried once, with the first of them."""
    pairs = [
        (attempt, target)
        for attempt in attempts
        for target in (targets if attempt.is_on_a_table else targets[:1])
    ]
    rows = await admin.fetch(
        SQL["fill"],
        [attempt.template for attempt, _ in pairs],
        [target.schema for _, target in pairs],
        [target.table for _, target in pairs],
        [target.column for _, target in pairs],
        [target.role for _, target in pairs],
    )
    return [
        Filled(attempt, row["statement"], f" on {target.table}" if attempt.is_on_a_table else "")
        for (attempt, target), row in zip(pairs, rows, strict=True)
    ]


async def try_through_product(
    attacker: TenantContext, filled: Sequence[Filled], is_open: frozenset[Way], tally: Tally
) -> None:
    """Through TenantDB, as any code of the product would. What its guard refuses is tried past it
    too, on the same connection and in the same transaction: what does the server alone deny?"""
    try:
        async with attacker.db.transaction() as tx:
            connection = connection_of(tx)
            for one in filled:
                name = f"{one.attempt.name}{one.where}"
                if one.attempt.is_data:
                    outcome, why = await _try(connection, tx, one, is_open)
                    tally.count(outcome, f"{name}, through TenantDB", why)
                    continue
                outcome, why = await _meet_guard(tx, one)
                tally.count(outcome, f"{name}, through TenantDB", why)
                outcome, why = await _try(connection, connection, one, is_open)
                tally.count(outcome, f"{name}, past the guard", why)
            raise TakenBack
    except TakenBack:
        pass


async def try_as_session(
    session: Connection, filled: Sequence[Filled], is_open: frozenset[Way], tally: Tally
) -> None:
    """On a connection whose session belongs to the tenant's role; its login is another one."""
    try:
        async with session.transaction():
            for one in filled:
                if one.attempt.group == "login":
                    continue
                outcome, why = await _try(session, session, one, is_open)
                if outcome == "program" and one.attempt.group == "switch":
                    outcome, why = "crossed", "the role is a member of another tenant's role"
                tally.count(outcome, f"{one.attempt.name}{one.where}, as the role itself", why)
            raise TakenBack
    except TakenBack:
        pass


async def _meet_guard(tx: Tx, one: Filled) -> tuple[Outcome, str]:
    try:
        await tx.fetch(one.statement)
    except ScopeError:
        return "denied", ""
    except asyncpg.PostgresError:
        pass
    return "crossed", "the guard let it through to the server"


async def _try(
    connection: Connection, through: "Connection | Tx", one: Filled, is_open: frozenset[Way]
) -> tuple[Outcome, str]:
    """Run it inside a savepoint, which takes back whatever it did."""
    try:
        async with connection.transaction():
            if isinstance(through, Tx):
                rows = await through.fetch(one.statement)
            else:
                rows = await through.fetch(one.statement, timeout=_SECONDS)
            raise TakenBack
    except TakenBack:
        return _went_through(one.attempt, rows, is_open, guarded=isinstance(through, Tx))
    except (ScopeError, asyncpg.InsufficientPrivilegeError):
        return "denied", ""
    except asyncpg.IntegrityConstraintViolationError:
        return "crossed", "the server looked at the row, so the right was there"
    except asyncpg.PostgresError as error:
        if isinstance(error, asyncpg.ObjectNotInPrerequisiteStateError) and "lastval" in str(error):
            return "empty", ""  # a fresh connection has drawn no number yet
        if isinstance(error, _ABSENT) and (one.attempt.may_be_absent or one.attempt.way in is_open):
            return "denied", ""
        return "not covered", f"it failed otherwise: {error.sqlstate} {error.args[0]}"


def _went_through(
    attempt: Attempt, rows: Sequence[asyncpg.Record], is_open: frozenset[Way], *, guarded: bool
) -> tuple[Outcome, str]:
    if attempt.way == "statements" and not guarded:
        return "program", ""
    if attempt.way in is_open:
        return "open", ""
    if attempt.answers and all(value is None for row in rows for value in row.values()):
        return "empty", ""
    return "crossed", "it went through"
