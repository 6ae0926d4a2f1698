"""A101: whoever may do anything in the database changes the log; the verifier names the row."""

from dataclasses import replace

import pytest

from core.audit.chain.checkpoint_file import CheckpointFile, read_checkpoints
from core.audit.chain.link import hash_of
from core.audit.chain.verify_log import verify_log
from core.audit.model import ChainedEvent
from core.kernel.errors import Refused
from core.kernel.sealing import new_key
from core.kernel.signing import Signer
from tests.integration.audit_log import KEYS, sign, superuser, verified, write

ROWS = 12


@pytest.fixture
async def logged(context, database):
    """Twelve rows; a checkpoint of row 8."""
    await write(context, 8)
    await sign(database)
    await write(context, ROWS - 8)
    return context


def named(verdict):
    return [(flaw.kind, flaw.seq) for flaw in verdict.flaws]


async def test_an_untouched_log_holds_and_the_younger_rows_are_counted(logged, database):
    verdict = await verified(database, logged)

    assert verdict.holds
    assert (verdict.rows, verdict.first_seq, verdict.last_seq, verdict.younger) == (12, 1, 12, 4)
    assert verdict.sealed_at is not None


async def test_an_empty_log_holds(context, database):
    verdict = await verified(database, context)

    assert verdict.holds
    assert (verdict.rows, verdict.last_seq, verdict.younger) == (0, 0, 0)


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'U2'",
        "action = 'audit:test:acted'",
        "outcome = 'failed'",
        "reference = reference || ' '",
        "arguments = repeat('0', 64)",
        "detail = '{}'",
        "detail = detail || ' '",
        "at = at + interval '1 microsecond'",
        "at = '-infinity'",
        "at = '200000-01-01'",
        "at = '2026-11-24 BC'",
        "previous = translate(previous, '0123456789abcdef', '123456789abcdef0')",
        "hash = repeat('0', 64)",
    ],
)
async def test_a_changed_byte_is_found(logged, database, admin_dsn, change):
    async with superuser(admin_dsn, logged) as admin:
        assert await admin.execute(f"update audit_event set {change} where seq = 5") == "UPDATE 1"

    assert named(await verified(database, logged)) == [("altered", 5)]


async def test_the_first_of_several_is_named(logged, database, admin_dsn):
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute("update audit_event set actor = 'U2' where seq in (11, 4, 7)")

    assert named(await verified(database, logged)) == [("altered", 4)]


@pytest.mark.parametrize("seq", [1, 5, 8, 11])
async def test_a_deleted_row_is_found(logged, database, admin_dsn, seq):
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute("delete from audit_event where seq = $1", seq)

    assert named(await verified(database, logged)) == [("missing", seq)]


@pytest.mark.parametrize(("one", "other"), [(5, 6), (3, 11), (1, 2)])
async def test_two_swapped_rows_are_found(logged, database, admin_dsn, one, other):
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute(
            "update audit_event set seq = seq + 1000 where seq in ($1, $2)", one, other
        )
        await admin.execute(
            "update audit_event set seq = $1::bigint + $2 + 1000 - seq where seq > 1000", one, other
        )

    verdict = await verified(database, logged)

    assert named(verdict) == [("moved", one)]
    assert f"it was written as row {other}" in verdict.flaws[0].words


async def test_a_cut_tail_is_found(logged, database, admin_dsn):
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute("delete from audit_event where seq > 9")

    verdict = await verified(database, logged)

    assert named(verdict) == [("missing", 10)]
    assert "rows 10 to 12" in verdict.flaws[0].words


SET_BACK = (
    "update control.audit_chain c set seq = e.seq, head = e.hash from audit_event e"
    " where c.tenant_id = $1 and e.seq = $2"
)


async def test_a_cut_tail_is_found_when_the_head_was_set_back(logged, database, admin_dsn):
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute("delete from audit_event where seq > 6")
        await admin.execute(SET_BACK, logged.tenant_id, 6)

    verdict = await verified(database, logged)

    assert named(verdict) == [("missing", 7)]
    assert "rows 7 to 8" in verdict.flaws[0].words


async def test_a_cut_tail_is_found_outside_when_the_checkpoints_went_too(
    logged, database, admin_dsn, tmp_path
):
    path = tmp_path / "checkpoints"
    await write(logged, 1)
    for line in await sign(database):
        CheckpointFile(path)(line)
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute("delete from audit_event where seq > 6")
        await admin.execute(SET_BACK, logged.tenant_id, 6)
        await admin.execute(
            "delete from control.audit_checkpoint where tenant_id = $1", logged.tenant_id
        )
    outside = read_checkpoints([path]).of(logged.tenant_id)

    assert named(await verified(database, logged)) == []  # inside, nothing is left to tell
    assert named(await verified(database, logged, tuple(outside))) == [("missing", 7)]


async def test_rows_younger_than_the_last_checkpoint_can_vanish_and_are_said_to(
    logged, database, admin_dsn
):
    """What nothing can tell is said beforehand: four rows are younger."""
    before = await verified(database, logged)
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute("delete from audit_event where seq > 8")
        await admin.execute(SET_BACK, logged.tenant_id, 8)

    after = await verified(database, logged)

    assert (before.younger, after.younger, after.holds) == (4, 0, True)


async def test_a_row_altered_and_hashed_anew_is_found(logged, database, admin_dsn):
    await rewrite(admin_dsn, logged, [5])

    assert named(await verified(database, logged)) == [("altered", 5)]


async def test_the_last_row_altered_and_hashed_anew_is_found(logged, database, admin_dsn):
    await rewrite(admin_dsn, logged, [ROWS])

    assert named(await verified(database, logged)) == [("altered", ROWS)]


async def test_a_log_written_anew_to_its_end_is_found_by_its_checkpoint(
    logged, database, admin_dsn
):
    """The chain is flawless, the head fits: but row 8 was signed with another hash."""
    await rewrite(admin_dsn, logged, range(5, ROWS + 1))
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute(SET_BACK, logged.tenant_id, ROWS)

    assert named(await verified(database, logged)) == [("rewritten", 8)]


async def test_a_head_that_was_set_back_alone_is_found(logged, database, admin_dsn):
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute(SET_BACK, logged.tenant_id, 9)

    assert named(await verified(database, logged)) == [("head", 10)]


async def test_a_head_that_is_gone_is_found(logged, database, admin_dsn):
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute(
            "delete from control.audit_chain where tenant_id = $1", logged.tenant_id
        )

    assert named(await verified(database, logged)) == [("head", 0)]


async def test_a_beginning_cut_by_hand_is_found(logged, database, admin_dsn):
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute(
            "update control.audit_chain c set base_seq = 3, base_hash = e.hash"
            " from audit_event e where c.tenant_id = $1 and e.seq = 3",
            logged.tenant_id,
        )
        await admin.execute("delete from audit_event where seq <= 3")

    verdict = await verified(database, logged)

    assert named(verdict) == [("cut", 3), ("cut", 3)]


async def test_a_forged_checkpoint_is_found(logged, database, admin_dsn):
    """Another key, or another hash under our key's name."""
    stranger = Signer(new_key())
    await sign(database, stranger)
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute(
            "update control.audit_checkpoint set head = repeat('a', 64)"
            " where tenant_id = $1 and seq = 8",
            logged.tenant_id,
        )

    verdict = await verified(database, logged)

    assert named(verdict) == [("forged", 8), ("forged", ROWS)]
    assert "does not fit its signature" in verdict.flaws[0].words
    assert stranger.key_id in verdict.flaws[1].words


async def test_a_key_from_before_may_still_be_trusted(logged, database):
    earlier = Signer(new_key())
    await sign(database, earlier)
    keys = KEYS | {earlier.key_id: earlier.public_key}

    verdict = await verify_log(database, logged, keys)

    assert (verdict.holds, verdict.younger) == (True, 0)


async def test_a_frozen_tenant_is_verified_too(logged, database, admin_dsn):
    async with superuser(admin_dsn, logged) as admin:
        await admin.execute(
            "update control.tenant set status = 'frozen' where tenant_id = $1", logged.tenant_id
        )
    database.forget(logged.tenant_id)

    with pytest.raises(Refused):
        await database.tenant(logged.tenant_id)
    frozen = await database.tenant(logged.tenant_id, while_frozen=True)
    verdict = await verified(database, frozen)

    assert (verdict.holds, verdict.rows) == (True, ROWS)
    with pytest.raises(Refused):  # what is served does not get the operator's context
        await database.tenant(logged.tenant_id)


async def rewrite(dsn, context, seqs):
    """Give rows another actor and the hashes that fit; each follows the one before it."""
    async with superuser(dsn, context) as admin:
        for seq in seqs:
            found = await admin.fetchrow(
                "select e.seq, e.at, e.action, 'U2' as actor, e.outcome, e.reference, e.arguments,"
                " e.detail, coalesce(p.hash, e.previous) as previous, '' as hash"
                " from audit_event e left join audit_event p on p.seq = e.seq - 1 where e.seq = $1",
                seq,
            )
            event = ChainedEvent(**found)
            event = replace(event, hash=hash_of(context.tenant_id, event))
            await admin.execute(
                "update audit_event set actor = 'U2', previous = $2, hash = $3 where seq = $1",
                seq,
                event.previous,
                event.hash,
            )
