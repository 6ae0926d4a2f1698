"""Work that belongs to nobody: it raises, in production as here, and reads nothing instead."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import pytest

from core.audit import record as audit
from core.db import scope
from core.db.transaction import ScopeError
from core.gateway.prompt import build_prompt
from core.kernel.errors import NotFound
from core.kernel.ids import new_reference
from core.knowledge.model import Asker
from core.knowledge.search import search
from core.tenancy import store

ASK = "select count(*) from person"


async def test_a_dropped_table_is_an_error_and_never_the_public_one(pair, admin):
    """A36: public.person waits with a canary for whoever falls through. Nobody does."""
    ours, theirs = pair
    await admin.execute(
        "create table public.person (person_id text, standing text,"
        " display_name text, checked_at timestamptz default now())"
    )
    try:
        await admin.execute("insert into public.person values ('U1', 'owner', 'of the public')")
        await admin.execute("grant select on public.person to public")
        await admin.execute(f"drop table {scope.schema_of(ours.tenant_id)}.person")

        with pytest.raises(asyncpg.UndefinedTableError):
            async with ours.db.transaction() as tx:
                await store.find_person(tx, "U1", fresh_seconds=60)
        async with theirs.db.transaction() as tx:
            assert await store.find_person(tx, "U1", fresh_seconds=60) is None
    finally:
        await admin.execute("drop table public.person")


async def test_a_task_that_was_handed_a_transaction_cannot_use_it(context):
    """A37: a background task opens its own unit of work, or has none."""
    async with context.db.transaction() as tx:
        with pytest.raises(ScopeError):
            await asyncio.create_task(tx.fetchval(ASK))


async def test_a_transaction_that_is_over_stays_over(context):
    """A37: whoever kept it, for a job or a callback, can do nothing with it."""
    async with context.db.transaction() as tx:
        pass
    with pytest.raises(ScopeError):
        await tx.fetchval(ASK)


async def test_a_timer_cannot_use_a_transaction(context):
    """A37: a callback of the loop runs in no task, so in nobody's name."""
    heard = asyncio.get_running_loop().create_future()

    def ring(statement) -> None:
        try:
            statement.send(None)
        except BaseException as error:
            heard.set_result(type(error))

    async with context.db.transaction() as tx:
        asyncio.get_running_loop().call_later(0, ring, tx.fetchval(ASK))
        assert await heard is ScopeError


async def test_a_thread_cannot_use_a_transaction(context):
    """A37: nor can an executor with a loop of its own."""
    async with context.db.transaction() as tx:
        with ThreadPoolExecutor(1) as executor:
            work = executor.submit(asyncio.run, tx.fetchval(ASK))
            with pytest.raises(ScopeError):
                await asyncio.wrap_future(work)


async def test_a_job_that_names_no_tenant_gets_none(database):
    """A37: nothing is the default, and nobody is everybody."""
    for nobody in (None, "", "*", "%", "all"):
        with pytest.raises(NotFound):
            await database.tenant(nobody)


async def test_work_on_the_switchboard_finds_no_tenants_table(database, context):
    """A37: a job that forgot its tenant meets an error, not the first tenant's rows."""
    with pytest.raises(asyncpg.UndefinedTableError):
        async with database.control() as tx:
            await tx.fetchval(ASK)


async def test_a_prompt_a_search_and_an_audit_row_for_nobody_raise():
    """A37: what a turn is made of asks for a context, each for itself."""
    with pytest.raises(TypeError):
        build_prompt(None, None)
    with pytest.raises(AttributeError):
        await search(None, None, question="Why?", asker=Asker("U1", private=True))
    with pytest.raises(AttributeError):
        await audit.announce(None, "knowledge:document:share", "U1", reference=new_reference())
