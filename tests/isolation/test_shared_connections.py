"""Connections are shared by all tenants; what one leaves behind, another must never find."""

import asyncio
import random

import asyncpg
import pytest

from core.db.database import Database
from core.db.pool import open_pool
from core.tenancy import store
from core.tenancy.model import Person

REQUESTS, AT_ONCE = 10_000, 100
STATE = "select current_setting('role') || ' ' || current_setting('search_path')"


@pytest.fixture
async def pool(service_dsn, through_pooler):
    opened = await open_pool(service_dsn, size=10, pooled=through_pooler)
    yield opened
    await asyncio.wait_for(opened.close(), 10)


async def furnish(*contexts) -> None:
    """Every tenant has the same person, under a name of its own."""
    for context in contexts:
        async with context.db.transaction() as tx:
            await store.put_person(tx, Person("U1", "member", context.tenant_id))


async def request(context, foreign: list[str], broken: bool) -> None:
    """Read, and in the end break or not. What belongs to somebody else goes into *foreign*."""
    async with context.db.transaction() as tx:
        rows = await tx.fetch("select display_name from person where person_id = 'U1'")
        foreign += {row["display_name"] for row in rows} - {context.tenant_id}
        if broken:
            await tx.fetchval("select 1/0")


@pytest.mark.timeout(180)
async def test_ten_thousand_requests_half_of_them_cancelled_mix_nothing_up(
    pool, master, new_context
):
    """A33: no foreign row, no connection lost, and each one back to its default role and path."""
    made = [await new_context() for _ in range(4)]
    database = Database(pool, master)
    contexts = [await database.tenant(context.tenant_id) for context in made]
    await furnish(*contexts)
    async with pool.acquire() as connection:
        usual = await connection.fetchval(STATE)
    chance, foreign = random.Random(33), list[str]()
    ended = {"done": 0, "failed": 0, "cancelled": 0}
    loop = asyncio.get_running_loop()
    for start in range(0, REQUESTS, AT_ONCE):
        tasks = [
            asyncio.create_task(
                request(contexts[number % 4], foreign, broken=chance.random() < 0.2)
            )
            for number in range(start, start + AT_ONCE)
        ]
        for task in chance.sample(tasks, AT_ONCE // 2):
            loop.call_later(chance.random() * 0.05, task.cancel)
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, asyncio.CancelledError):
                ended["cancelled"] += 1
            elif isinstance(outcome, asyncpg.DivisionByZeroError):
                ended["failed"] += 1
            else:
                assert outcome is None, outcome
                ended["done"] += 1

    assert foreign == []
    assert sum(ended.values()) == REQUESTS
    assert min(ended.values()) > REQUESTS // 50, ended
    assert pool.get_idle_size() == pool.get_size(), "a connection was not given back"
    held = [await pool.acquire() for _ in range(10)]
    assert {await connection.fetchval(STATE) for connection in held} == {usual}
    for connection in held:
        await pool.release(connection)


async def test_tenants_that_take_turns_on_too_few_connections_keep_apart(
    service_dsn, through_pooler, master, new_context
):
    """A34, as we read it: more tenants at work than there are connections, each sees its own."""
    contexts = [await new_context() for _ in range(3)]
    await furnish(*contexts)
    foreign: list[str] = []
    async with await open_pool(service_dsn, size=1, pooled=through_pooler) as narrow:
        database = Database(narrow, master)
        ours = [await database.tenant(context.tenant_id) for context in contexts]
        await asyncio.wait_for(
            asyncio.gather(*(request(ours[n % 3], foreign, broken=False) for n in range(90))), 60
        )

    assert foreign == []


async def test_a_commit_an_error_and_a_cancellation_each_leave_a_clean_session(pool, context):
    """A33: the next one on the connection is nobody, whatever ended the one before."""
    database = Database(pool, None)
    async with pool.acquire() as connection:
        usual = await connection.fetchval(STATE)
    for ending in (None, ZeroDivisionError, asyncio.CancelledError):
        try:
            async with context.db.transaction() as tx:
                assert f"tenant_{context.tenant_id}" in await tx.fetchval(STATE)
                if ending:
                    raise ending
        except (ZeroDivisionError, asyncio.CancelledError):
            pass
        async with database.control() as tx:
            assert await tx.fetchval(STATE) == usual
