"""A unit of work runs data statements, one a call, for its own task, while it lasts: nothing else."""

import asyncio

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.db import scope
from core.db.transaction import _DATA, ScopeError

REFUSED = [
    "set role none",
    "set local role postgres",
    "SET SESSION AUTHORIZATION DEFAULT",
    "reset role",
    "reset all",
    "discard all",
    "do $$ begin execute 'reset role'; end $$",
    "copy person to stdout",
    "copy person from program 'id'",
    "create table person (x int)",
    "create temp table person (x int)",
    "begin",
    "start transaction",
    "commit",
    "rollback",
    "savepoint x",
    "prepare x as select 1",
    "execute x",
    "declare x cursor for select 1",
    "lock table person",
    "listen x",
    "notify x",
    "load 'x'",
    "call x()",
    "alter role postgres",
    "grant all on person to public",
    "truncate person",
    "explain analyze select 1",
    "table person",
    "vacuum",
    "(select 1)",
    "",
    " ",
    ";",
    "; select 1",
    "/* select */ set role none",
    "/**/select 1",
    "-- select\nset role none",
    "-- select 1\rset role none",
    "-- x\n-- y\n\t set role none",
    "--\rreset role",
    "-- select 1",
    "\x00select 1",
    "\ufeffselect 1",
    "selects",
    "select1",
    "\u00a0select 1",
    "\u2028select 1",
    "\x1cselect 1",
    "\u017felect 1",
    "withx as (select 1) select 1",
    "set_config('role', 'none', true)",
]
ALLOWED = [
    "select 1",
    "SELECT 1",
    "  \n\tselect 1",
    "-- why\nselect 1",
    "-- why\r\n  -- and why\nselect 1",
    "with one as (select 1) select * from one",
    "values (1)",
    "select(1)",
]


@pytest.mark.parametrize("statement", REFUSED)
async def test_whatever_could_change_the_role_or_the_transaction_is_refused_before_the_server(
    context, statement
):
    async with context.db.transaction() as tx:
        for run in (tx.fetch, tx.fetchrow, tx.fetchval, tx.execute):
            with pytest.raises(ScopeError, match="only select, insert"):
                await run(statement)
        assert await tx.fetchval("select current_user") == scope.schema_of(context.tenant_id)


@pytest.mark.parametrize("statement", ALLOWED)
async def test_data_statements_run_with_comments_before_them_too(context, statement):
    async with context.db.transaction() as tx:
        assert await tx.fetchval(statement) == 1


async def test_the_switchboards_statements_are_guarded_alike(database):
    for opened in (database.control, database.statements):
        async with opened() as tx:
            with pytest.raises(ScopeError):
                await tx.execute("set role none")


@pytest.mark.parametrize(
    "statement",
    [
        "select 1; set role none",
        "select 1; reset role",
        "select 1;\n-- x\ncommit",
        "values (1); do $$ begin end $$",
        "select 1;;select 2",
    ],
)
@pytest.mark.parametrize("way", ["fetch", "fetchrow", "fetchval", "execute"])
async def test_nothing_follows_a_semicolon(context, statement, way):
    """The extended protocol takes one statement a call, also for a call without values."""
    with pytest.raises(asyncpg.PostgresSyntaxError, match="multiple commands"):
        async with context.db.transaction() as tx:
            await getattr(tx, way)(statement)


async def test_nothing_follows_a_zero_byte(context, database):
    with pytest.raises((asyncpg.PostgresError, ScopeError, ValueError)):
        async with context.db.transaction() as tx:
            await tx.execute("select 1\x00; set role none")
    async with context.db.transaction() as tx:
        assert await tx.fetchval("select current_user") == scope.schema_of(context.tenant_id)


async def test_a_transaction_that_is_over_does_nothing(context, database):
    async with context.db.transaction() as tx:
        assert tx.is_connected
    async with database.control() as control:
        pass
    async with database.statements() as statements:
        pass
    async with database.sealing(context.tenant_id) as (sealing, _):
        pass

    for over in (tx, control, statements, sealing):
        assert not over.is_connected
        with pytest.raises(ScopeError, match="over"):
            await over.fetchval("select 1")


async def test_a_transaction_that_failed_does_nothing_either(context):
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with context.db.transaction() as tx:
            await tx.fetchval("select 1/0")

    with pytest.raises(ScopeError, match="over"):
        await tx.fetchval("select 1")


async def test_a_transaction_is_of_no_use_to_another_task(context):
    """A37: a background job that was handed somebody's transaction raises."""
    async with context.db.transaction() as tx:
        with pytest.raises(ScopeError, match="task that opened it"):
            await asyncio.create_task(tx.fetchval("select 1"))
        with pytest.raises(ScopeError, match="task that opened it"):
            await asyncio.gather(tx.fetchval("select 1"))
        assert await tx.fetchval("select 1") == 1


async def test_another_thread_can_do_nothing_with_a_transaction(context):
    def elsewhere(tx):
        return asyncio.run(tx.fetchval("select 1"))

    async with context.db.transaction() as tx:
        with pytest.raises(ScopeError):
            await asyncio.to_thread(elsewhere, tx)


async def test_a_timer_that_outlives_its_transaction_raises(context):
    """A37."""
    loop, heard = asyncio.get_running_loop(), asyncio.Event()
    told = []
    async with context.db.transaction() as tx:

        def later():
            try:
                tx.fetchval("select 1").send(None)
            except ScopeError as error:
                told.append(str(error))
            heard.set()

        loop.call_soon(later)
    await heard.wait()

    assert told
    assert "over" in told[0] or "task" in told[0]


@given(statement=some.text(max_size=60))
def test_text_that_passes_begins_as_the_server_reads_it_with_a_data_statement(statement):
    """The server's own reading of blanks and comments, written a second time and differently."""
    if _DATA.match(statement):
        assert _first_word(statement) in DATA


@given(
    before=some.lists(
        some.sampled_from([" ", "\n", "\r", "\t", "\f", "--x\n", "--\r", "-- set role"])
    ),
    word=some.sampled_from(["select 1", "set role none", "reset role", "do ''", "values (1)", "x"]),
)
def test_no_comment_hides_what_a_statement_begins_with(before, word):
    statement = "".join(before) + word
    passes = _DATA.match(statement) is not None

    assert not (passes and _first_word(statement) not in DATA)
    if _first_word(statement) in DATA and "\v" not in statement:
        assert passes


DATA = {"select", "insert", "update", "delete", "with", "values"}


def _first_word(statement: str) -> str:
    """What PostgreSQL's scanner would take for the first word (scan.l: space, comment)."""
    rest = statement
    while True:
        stripped = rest.lstrip(" \t\n\r\f\v")
        if stripped.startswith("--"):
            ends = [at for at in map(stripped.find, "\n\r") if at >= 0]
            rest = stripped[min(ends) :] if ends else ""
        elif stripped == rest:
            break
        else:
            rest = stripped
    word = ""
    for letter in rest:
        if not (letter.isalnum() or letter == "_"):
            break
        word += letter
    return word.lower()
