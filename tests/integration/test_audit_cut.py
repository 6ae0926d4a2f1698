"""Retention of the audit log: whole beginnings, at a checkpoint, and the log says so."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from core.audit import store
from core.audit.cut_log import cut_log
from tests.integration.audit_log import SIGNER, sign, superuser, verified, write

SOON = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
async def cut(admin_dsn):
    """Cuts as LIFE's job does: on the admin's connection."""

    async def run(context, older_than=SOON):
        admin = await asyncpg.connect(admin_dsn)
        try:
            return await cut_log(admin, context.tenant_id, older_than, SIGNER)
        finally:
            await admin.close()

    return run


async def rows(context):
    async with context.db.transaction() as tx:
        return await store.list_chain(tx, 0, 2**62, limit=1000)


async def test_rows_up_to_the_last_checkpoint_go_and_the_log_still_holds(context, database, cut):
    await write(context, 5)
    await sign(database)
    await write(context, 3)
    await sign(database)
    await write(context, 2)

    assert await cut(context) == 8
    verdict = await verified(database, context)

    assert verdict.holds
    assert (verdict.first_seq, verdict.last_seq, verdict.rows) == (9, 11, 3)
    last = (await rows(context))[-1]
    assert (last.action, last.detail) == ("audit:log:cut", '{"rows":8,"through":8}')


async def test_it_is_cut_again_and_again(context, database, cut):
    for _ in range(3):
        await write(context, 4)
        await sign(database)
        assert await cut(context) >= 4
        await write(context, 1)
        assert (await verified(database, context)).holds
    await sign(database)

    assert (await verified(database, context)).holds


async def test_much_is_cut_step_by_step_so_that_nobody_waits_long(
    context, database, cut, monkeypatch
):
    monkeypatch.setattr("core.audit.cut_log._STEP", 5)
    for count in (2, 2, 9, 3, 1):  # checkpoints of 2, 4, 13, 16, 17
        await write(context, count)
        await sign(database)

    assert await cut(context) == 17
    cuts = [row.detail for row in await rows(context)]

    assert cuts == [
        f'{{"rows":{count},"through":{through}}}' for count, through in ((4, 4), (9, 13), (4, 17))
    ]
    assert (await verified(database, context)).holds


async def test_without_a_checkpoint_nothing_is_cut(context, database, cut):
    await write(context, 5)

    assert await cut(context) == 0
    assert (await verified(database, context)).rows == 5


async def test_only_what_is_older_goes(context, database, cut):
    await write(context, 4)
    await sign(database)
    await write(context, 1)
    between = (await rows(context))[-1].at
    await write(context, 3)
    await sign(database)

    assert await cut(context, between - timedelta(days=1)) == 0
    assert await cut(context, between) == 4
    assert await cut(context, between) == 0
    assert (await verified(database, context)).holds


@pytest.mark.parametrize(
    "change",
    [
        "update audit_event set actor = 'U2' where seq = 2",
        "delete from audit_event where seq = 2",
        "update audit_event set actor = 'U2' where seq = 5",
        "update audit_event set hash = repeat('0', 64) where seq = 5",
    ],
)
async def test_evidence_is_not_cut(context, database, cut, admin_dsn, change):
    await write(context, 5)
    await sign(database)
    await write(context, 1)
    async with superuser(admin_dsn, context) as admin:
        await admin.execute(change)

    assert await cut(context) == 0
    assert not (await verified(database, context)).holds


async def test_a_cut_that_fails_halfway_has_cut_nothing(context, database, cut, monkeypatch):
    await write(context, 5)
    await sign(database)
    monkeypatch.setitem(store.SQL, "drop_cut_checkpoints", "select 1/0 where $1 = '' or $2 > 0")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await cut(context)
    verdict = await verified(database, context)

    assert (verdict.holds, verdict.rows, verdict.first_seq) == (True, 5, 1)


async def test_another_tenants_log_is_not_touched(new_context, database, cut):
    ours, theirs = await new_context(), await new_context()
    for context in (ours, theirs):
        await write(context, 3)
    await sign(database)

    await cut(ours)
    verdict = await verified(database, theirs)

    assert (verdict.holds, verdict.rows, verdict.first_seq) == (True, 3, 1)


async def test_a_row_in_front_of_the_cut_stays_whoever_asks(context, database, cut, admin_dsn):
    """The trigger lets go of what lies behind the base and of nothing else."""
    await write(context, 3)
    await sign(database)
    await cut(context)
    admin = await asyncpg.connect(admin_dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await admin.execute(f"delete from tenant_{context.tenant_id}.audit_event")
    finally:
        await admin.close()


async def test_verifying_while_it_is_written_signed_and_cut_finds_nothing_wrong(
    context, database, cut
):
    """Whatever the verifier reads first, somebody moves on before it reads the rest."""
    writing = asyncio.gather(*(write(context, 40) for _ in range(4)))

    async def sign_and_cut():
        while not writing.done():
            await sign(database)
            await cut(context)

    cutting = asyncio.create_task(sign_and_cut())
    verdicts = []
    while not writing.done():
        verdicts.append(await verified(database, context))
    await asyncio.gather(writing, cutting)
    verdicts.append(await verified(database, context))

    assert [verdict.flaws for verdict in verdicts if not verdict.holds] == []
    assert len(verdicts) > 3
    assert verdicts[-1].first_seq > 1
