"""The audit log through an export and a restore: it goes on where it was, and hides nothing."""

import json
import stat
from datetime import UTC, datetime

import pytest

from core.audit.chain.verify_log import verify_log
from core.audit.checkpoint import sign_checkpoints
from core.audit.cut_log import cut_log
from core.db import scope
from core.lifecycle.archive.export_tenant import export_tenant
from core.lifecycle.archive.reading import verify_archive
from tests.integration.archived import export, fill, lose_schema, restore, rewritten


async def test_export_and_restore_are_audited_in_one_unbroken_chain(
    admin, context, provisioner, signer, tmp_path
):
    exported = await export_tenant(
        context, signer, tmp_path / "a.zip", actor="U1", reference="ref1"
    )
    await lose_schema(admin, context)
    await restore(provisioner, signer, exported.path)

    async with context.db.transaction() as tx:
        rows = await tx.fetch("select action, outcome, detail, seq from audit_event order by seq")
    manifest = verify_archive(exported.path, signer.public_key)
    assert [(row["action"], row["outcome"]) for row in rows] == [
        ("lifecycle:tenant:export", "attempt"),
        ("lifecycle:tenant:restore", "done"),
    ]
    assert json.loads(rows[-1]["detail"])["archived_seq"] == manifest.seq == rows[0]["seq"]
    assert rows[-1]["seq"] == manifest.seq + 1


async def test_the_export_names_counts_and_the_files_digest_in_the_log(context, signer, tmp_path):
    exported = await export_tenant(
        context, signer, tmp_path / "a.zip", actor="U1", reference="ref1"
    )

    async with context.db.transaction() as tx:
        detail = json.loads(
            await tx.fetchval("select detail from audit_event where outcome = 'done'")
        )
    assert detail == {
        "bytes": exported.path.stat().st_size,
        "rows": exported.rows,
        "sha256": exported.sha256,
        "tables": exported.tables,
    }
    assert stat.S_IMODE(exported.path.stat().st_mode) == 0o600


async def test_the_audit_log_holds_after_a_restore_and_says_what_is_missing(
    admin, context, database, provisioner, signer, archived
):
    """A101: rows that a checkpoint has seen and no archive has are named, not hidden."""
    seq = await admin.fetchval(
        "select seq from control.audit_chain where tenant_id = $1", context.tenant_id
    )
    await admin.execute(
        "insert into control.audit_checkpoint (tenant_id, seq, head, signed_at, key_id, signature)"
        " values ($1, $2, repeat('a', 64), now(), 'k', 's')",
        context.tenant_id,
        seq + 7,
    )
    await lose_schema(admin, context)
    await restore(provisioner, signer, archived)

    verdict = await verify_log(database, context, {signer.key_id: signer.public_key})
    assert verdict.holds, verdict.flaws
    async with context.db.transaction() as tx:
        detail = await tx.fetchval("select detail from audit_event order by seq desc limit 1")
    assert f'"checkpointed_seq":{seq + 7}' in detail


async def test_a_log_whose_beginning_was_cut_is_restored_with_the_proof_of_its_cut(
    admin, context, database, provisioner, signer, tmp_path
):
    await fill(context)
    await sign_checkpoints(database, signer, lambda line: None)
    assert await cut_log(admin, context.tenant_id, datetime.now(UTC), signer) == 2
    path = await export(context, signer, tmp_path / "cut.zip")
    await lose_schema(admin, context)
    await admin.execute(
        "delete from control.audit_checkpoint where tenant_id = $1", context.tenant_id
    )
    restored = await restore(provisioner, signer, path)

    verdict = await verify_log(database, context, {signer.key_id: signer.public_key})
    assert verdict.holds, verdict.flaws
    assert (verdict.first_seq, restored.broken_row) == (3, None)


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        ("update audit_event set actor = 'nobody' where seq = 2", 2),
        ("delete from audit_event where seq = 2", 3),
    ],
)
async def test_a_log_that_was_altered_before_its_export_is_restored_and_named(
    admin, context, provisioner, signer, tmp_path, harm, named
):
    """A101."""
    await fill(context)
    async with admin.transaction():
        await admin.execute(scope.enter_as_owner(context.tenant_id))
        await admin.execute("alter table audit_event disable trigger user")
        await admin.execute(harm)
        await admin.execute("alter table audit_event enable trigger user")
    path = await export(context, signer, tmp_path / "altered.zip")
    await lose_schema(admin, context)

    assert (await restore(provisioner, signer, path)).broken_row == named


async def test_a_log_that_ends_before_its_head_is_restored_and_named(
    admin, context, provisioner, signer, tmp_path
):
    """A101."""
    path = await export(context, signer, tmp_path / "whole.zip")
    path = rewritten(path, manifest=lambda m: m["audit_chain"].update(seq=9), signer=signer)
    await lose_schema(admin, context)

    assert (await restore(provisioner, signer, path)).broken_row == 9
