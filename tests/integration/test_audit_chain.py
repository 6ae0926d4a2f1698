"""The chain of the audit log: made by the database, and by nobody else."""

import asyncio

import asyncpg
import pytest

from core.audit import store
from core.audit.chain.link import hash_of
from core.audit.model import FIRST_PREVIOUS
from core.audit.record import record
from core.db.scope import schema_of
from tests.integration.audit_log import sign, superuser, verified, write


async def rows_of(context):
    async with context.db.transaction() as tx:
        return await store.list_chain(tx, 0, 2**62, limit=10_000)


async def test_python_and_the_database_make_the_same_hashes(context):
    async with context.db.transaction() as tx:
        for number, actor in enumerate(("U1", "Zoë ❤ \U0001f600", "a:1,b", "", "\u0000x\r\ny")):
            await record(
                tx,
                "audit:test:act",
                actor,
                outcome="done",
                reference=f"5:{number},",
                arguments=context.fingerprint(actor.replace("\0", "")),
                word="π" * number,
            )

    rows = await rows_of(context)

    assert len(rows) == 5
    assert rows[0].previous == FIRST_PREVIOUS
    assert [row.previous for row in rows[1:]] == [row.hash for row in rows[:-1]]
    assert [hash_of(context.tenant_id, row) for row in rows] == [row.hash for row in rows]


async def test_writers_at_once_do_not_fork_the_chain(context, database):
    """Twenty tasks, ten rows each: one line, no gap, nothing twice."""
    await asyncio.gather(*(write(context, 10) for _ in range(20)))

    verdict = await verified(database, context)

    assert verdict.holds
    assert (verdict.rows, verdict.last_seq) == (200, 200)


async def test_without_the_lock_on_the_head_two_writers_meet(context, admin_dsn):
    """The guard, taken away: with a head that is read without a lock, one row number is made twice."""
    schema = schema_of(context.tenant_id)
    first, second = await asyncpg.connect(admin_dsn), await asyncpg.connect(admin_dsn)
    insert = (
        f"insert into {schema}.audit_event (action, actor, outcome, reference)"
        " values ('a:b:c', 'U1', 'done', 'r')"
    )
    try:
        body = await first.fetchval(
            "select prosrc from pg_proc where oid = 'control.chain_audit_event()'::regprocedure"
        )
        assert "for update;" in body
        unlocked = body.replace("for update;", ";").replace(
            "update control.audit_chain set", "-- update control.audit_chain set"
        )
        await first.execute(
            f"create function {schema}.unlocked() returns trigger language plpgsql as $${unlocked}$$;"
            f"drop trigger audit_event_chain on {schema}.audit_event;"
            f"create trigger audit_event_chain before insert on {schema}.audit_event"
            f" for each row execute function {schema}.unlocked()"
        )
        await first.execute(insert)
        with pytest.raises(asyncpg.UniqueViolationError):
            await second.execute(insert)
    finally:
        await first.close()
        await second.close()


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_event set actor = 'x'",
        "delete from audit_event",
        "insert into audit_event (seq, action, actor, outcome, reference) values (9, 'a:b:c', '', 'done', '')",
        "insert into audit_event (at, action, actor, outcome, reference) values (now(), 'a:b:c', '', 'done', '')",
        "insert into audit_event (hash, action, actor, outcome, reference) values ('', 'a:b:c', '', 'done', '')",
        "insert into audit_event (previous, action, actor, outcome, reference) values ('', 'a:b:c', '', 'done', '')",
    ],
)
async def test_a_tenant_adds_rows_and_does_nothing_else_to_its_log(context, statement):
    """A101: the tenant's role cannot change, delete, number, date or chain a row."""
    await write(context, 1)

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        async with context.db.transaction() as tx:
            await tx.execute(statement)


async def test_a_tenant_cannot_empty_its_log(context, admin_dsn):
    """A101: TRUNCATE, which the product's own guard would not even send."""
    schema = schema_of(context.tenant_id)

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await run_as(admin_dsn, schema, f"truncate {schema}.audit_event")


@pytest.mark.parametrize(
    "statement",
    ["update {} set actor = 'x'", "delete from {}", "truncate {}", "update {} set hash = hash"],
)
async def test_not_even_the_owner_changes_a_row(context, admin_dsn, statement):
    """A101: a trigger stands in the way of everybody who does not switch triggers off."""
    await write(context, 1)
    planted = statement.format(f"{schema_of(context.tenant_id)}.audit_event")

    for role in ("aegis_owner", "none"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await run_as(admin_dsn, role, planted)


async def test_without_the_trigger_the_owner_could(context, admin_dsn):
    """The guard of the test above, taken away."""
    await write(context, 1)
    async with superuser(admin_dsn, context) as admin:
        assert await admin.execute("update audit_event set actor = 'x'") == "UPDATE 1"


async def test_the_rows_of_the_time_before_have_their_place_in_the_chain(context, database):
    """Installed tenants verify from their first row on."""
    await write(context, 3)
    await sign(database)

    verdict = await verified(database, context)

    assert (verdict.holds, verdict.younger, verdict.first_seq) == (True, 0, 1)


async def run_as(dsn, role, statement):
    admin = await asyncpg.connect(dsn)
    try:
        async with admin.transaction():
            await admin.execute(f"set local role {role}")
            await admin.execute(statement)
    finally:
        await admin.close()
