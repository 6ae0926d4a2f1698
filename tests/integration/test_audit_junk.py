"""The service's login adds checkpoints of its own making: they stop nothing, and they hide nothing."""

import json
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from core.audit.chain.how_far import how_far
from core.audit.cut_log import cut_log
from core.audit.model import CHECKPOINT_KIND
from core.kernel.sealing import new_key
from core.kernel.signing import Signed, Signer, verify
from tests.integration.audit_log import SIGNER, sign, superuser, verified, write

JUNK = """
insert into control.audit_checkpoint (tenant_id, seq, head, signed_at, key_id, signature)
select c.tenant_id, {seq}, {head}, {at}, $2, 'AAAA' from control.audit_chain c where c.tenant_id = $1
"""
NOBODYS = "repeat('f', 64)"


async def put_junk(database, context, *, seq, head=NOBODYS, at="now()", key_id=SIGNER.key_id):
    async with database.control() as tx:
        statement = JUNK.format(seq=seq, head=head, at=at)
        await tx.execute(statement, context.tenant_id, key_id)


def signed_rows(lines, context):
    documents = [verify(Signed(**json.loads(x)), SIGNER.public_key, CHECKPOINT_KIND) for x in lines]
    return [one["seq"] for one in documents if one["tenant"] == context.tenant_id]


@pytest.mark.parametrize(
    ("seq", "head"),
    [("9e18::bigint", NOBODYS), ("c.seq + 1", NOBODYS), ("c.seq", NOBODYS)],
)
async def test_a_made_up_checkpoint_does_not_stop_the_signing(context, database, seq, head):
    await write(context, 3)
    await put_junk(database, context, seq=seq, head=head)

    assert signed_rows(await sign(database), context) == [3]
    await write(context, 2)
    assert signed_rows(await sign(database), context) == [5]


async def test_a_made_up_checkpoint_of_the_true_head_is_seen_through_within_the_hour(
    context, database, monkeypatch
):
    await write(context, 3)
    await put_junk(database, context, seq="c.seq", head="c.head")

    found = []
    for minute in range(60):
        monkeypatch.setattr("time.time", lambda minute=minute: minute * 60.0)
        found += signed_rows(await sign(database), context)

    assert found == [3]


@pytest.mark.parametrize("at", ["'infinity'", "'200000-01-01'", "'2026-11-24 BC'", "'-infinity'"])
async def test_a_time_that_no_program_can_read_neither_stops_signing_nor_verifying(
    context, database, at
):
    await write(context, 3)
    await put_junk(database, context, seq="c.seq + 1", at=at)

    assert signed_rows(await sign(database), context) == [3]
    verdict = await verified(database, context)

    assert [(flaw.kind, flaw.seq) for flaw in verdict.flaws] == [("forged", 4)]


async def test_a_made_up_checkpoint_does_not_hide_a_cut_tail(context, database, admin_dsn):
    await write(context, 8)
    await sign(database)
    await put_junk(database, context, seq="9e18::bigint")
    async with superuser(admin_dsn, context) as admin:
        await admin.execute("delete from audit_event where seq > 6")
        await admin.execute(
            "update control.audit_chain c set seq = e.seq, head = e.hash from audit_event e"
            " where c.tenant_id = $1 and e.seq = 6",
            context.tenant_id,
        )

    verdict = await verified(database, context)

    assert ("missing", 7) in [(flaw.kind, flaw.seq) for flaw in verdict.flaws]


async def test_a_made_up_checkpoint_does_not_make_young_rows_look_signed(context, database):
    await write(context, 3)
    await put_junk(database, context, seq="9e18::bigint")

    assert (await how_far(database, context)).unsigned == 3


@pytest.mark.parametrize("through", ["9" * 5000, "[" * 3000 + "]" * 3000], ids=["long", "deep"])
async def test_a_row_that_no_program_can_read_does_not_stop_the_verifier(
    context, database, through
):
    """Who gets a statement into a tenant can add such a row; PostgreSQL takes it for JSON."""
    async with context.db.transaction() as tx:
        await tx.execute(
            "insert into audit_event (action, actor, outcome, reference, detail)"
            " values ('audit:log:cut', 'retention', 'done', 'r', $1)",
            f'{{"through": {through}}}',
        )

    assert (await verified(database, context)).holds


@pytest.mark.parametrize("key_id", [SIGNER.key_id, "f" * 16], ids=["ours", "unknown"])
async def test_retention_does_not_cut_at_a_made_up_checkpoint(context, database, admin_dsn, key_id):
    """Its row and hash are true: cut there, the log that is left would look broken for ever."""
    await write(context, 3)
    await sign(database)
    await write(context, 2)
    await put_junk(database, context, seq="c.seq", head="c.head", key_id=key_id)
    admin = await asyncpg.connect(admin_dsn)
    later = datetime.now(UTC) + timedelta(days=1)

    rows = await cut_log(admin, context.tenant_id, later, SIGNER)

    await admin.close()
    assert rows == 3
    assert {flaw.kind for flaw in (await verified(database, context)).flaws} == {"forged"}


async def test_where_only_an_earlier_key_has_signed_retention_goes_on(context, database, admin_dsn):
    await write(context, 3)
    await sign(database, Signer(new_key()))
    admin = await asyncpg.connect(admin_dsn)
    later = datetime.now(UTC) + timedelta(days=1)

    assert await cut_log(admin, context.tenant_id, later, SIGNER) == 3

    await admin.close()
