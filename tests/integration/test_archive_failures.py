"""An export or a restore that is stopped, killed or runs out of room leaves nothing behind."""

import asyncio
import os
import resource
import sys

import asyncpg
import pytest

from core.audit.record import AuditUnwritable
from core.db import scope
from core.db.transaction import ScopeError
from core.kernel.errors import Invalid, Unavailable
from tests.integration.archived import (
    export,
    has_schema,
    restore,
    shred,
    until_it_waits,
)


async def test_a_restore_that_is_stopped_leaves_nothing(
    admin, admin_dsn, context, provisioner, signer, archived
):
    await shred(admin, context)
    other = await asyncpg.connect(admin_dsn)
    holding = other.transaction()
    await holding.start()
    await other.execute("lock table control.audit_checkpoint in access exclusive mode")
    running = asyncio.create_task(restore(provisioner, signer, archived))
    await until_it_waits(admin, "control.audit_checkpoint")  # all rows are loaded by now
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await holding.rollback()
    await other.close()

    assert not await has_schema(admin, context.tenant_id)
    assert await admin.fetchrow(
        "select status, wrapped_key from control.tenant where tenant_id = $1", context.tenant_id
    ) == ("erased", b"")
    assert (await restore(provisioner, signer, archived)).tenant_id == context.tenant_id


async def test_a_restore_that_the_server_ends_is_told_in_words(
    admin, admin_dsn, context, provisioner, signer, archived
):
    await shred(admin, context)
    other = await asyncpg.connect(admin_dsn)
    await other.execute("begin; lock table control.audit_checkpoint in access exclusive mode")
    running = asyncio.create_task(restore(provisioner, signer, archived))
    await until_it_waits(admin, "control.audit_checkpoint")
    await admin.execute(
        "select pg_cancel_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'"
    )

    with pytest.raises(Unavailable, match="was not restored"):
        await running
    await other.close()
    assert not await has_schema(admin, context.tenant_id)


@pytest.fixture
async def stuck(admin_dsn, context):
    """Nobody can read the tenant's turns: an export stands still there, after many tables."""
    other = await asyncpg.connect(admin_dsn)
    await other.execute("begin")
    await other.execute(f"lock table {scope.schema_of(context.tenant_id)}.turn")
    yield
    await other.close()


@pytest.mark.parametrize("unnamed", [True, False])
async def test_an_export_that_is_stopped_leaves_no_file(
    admin, context, signer, tmp_path, stuck, monkeypatch, unnamed
):
    if not unnamed:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    running = asyncio.create_task(export(context, signer, tmp_path / "stopped.zip"))
    await until_it_waits(admin, "COPY")
    assert bool(list(tmp_path.iterdir())) is not unnamed
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="files without a name are Linux's")
async def test_an_export_that_is_killed_leaves_no_file(
    admin, context, tmp_path, stuck, process_environment
):
    command = [f"{sys.prefix}/bin/aegis", "tenants", "export", context.tenant_id]
    process = await asyncio.create_subprocess_exec(
        *command, "--output", str(tmp_path / "killed.zip"), env=process_environment
    )
    await until_it_waits(admin, "COPY")
    process.kill()
    await process.wait()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("unnamed", [True, False])
async def test_a_file_that_is_there_is_kept(context, signer, tmp_path, monkeypatch, unnamed):
    if not unnamed:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path = await export(context, signer, tmp_path / "a.zip")
    content = path.read_bytes()

    with pytest.raises(Invalid, match="already"):
        await export(context, signer, path)

    assert path.read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nowhere/a.zip", "No such file or directory"),
        ("file/a.zip", "Not a directory"),
        ("x" * 300, "File name too long"),
        (".", "already"),
        ("..", "already"),
        ("a\n.zip", "not the name of a file"),
        ("a\udcff.zip", "not the name of a file"),
        ("/", "not the name of a file"),
        ("/proc/a.zip", "cannot be"),
    ],
)
async def test_a_place_that_cannot_be_written_is_named_before_anything_is_copied(
    context, signer, tmp_path, target, words
):
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(Invalid, match=words):
        await export(context, signer, tmp_path / target)

    async with context.db.transaction() as tx:
        assert await tx.fetchval("select count(*) from audit_event") == 0


async def test_an_export_that_the_server_ends_is_told_in_words(
    admin, context, signer, tmp_path, stuck
):
    running = asyncio.create_task(export(context, signer, tmp_path / "a.zip"))
    await until_it_waits(admin, "COPY")
    await admin.execute(
        "select pg_cancel_backend(pid) from pg_stat_activity"
        " where wait_event_type = 'Lock' and query like 'COPY%'"
    )

    with pytest.raises(Unavailable, match="was not exported"):
        await running
    assert list(tmp_path.iterdir()) == []


async def test_an_export_that_cannot_be_audited_does_not_happen(admin, context, signer, tmp_path):
    """A102."""
    schema = scope.schema_of(context.tenant_id)
    await admin.execute(f"revoke insert on {schema}.audit_event from {schema}")
    await admin.execute(
        f"revoke insert (action, actor, outcome, reference, arguments, detail)"
        f" on {schema}.audit_event from {schema}"
    )

    with pytest.raises(AuditUnwritable):
        await export(context, signer, tmp_path / "unaudited.zip")

    assert list(tmp_path.iterdir()) == []


async def test_a_disk_that_is_full_leaves_no_file_and_a_failed_row(context, signer, tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(Unavailable, match="could not be written"):
            await export(context, signer, tmp_path / "full.zip")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert list(tmp_path.iterdir()) == []
    async with context.db.transaction() as tx:
        outcomes = await tx.fetch("select outcome from audit_event order by seq")
    assert [row["outcome"] for row in outcomes] == ["attempt", "failed"]


async def test_a_snapshot_copies_the_tenants_own_tables_and_nothing_else(new_context):
    ours, theirs = await new_context(), await new_context()

    async def drop(piece: bytes) -> None:
        raise AssertionError("nothing comes")

    async with ours.db.snapshot() as snapshot:
        for name in (
            f"{scope.schema_of(theirs.tenant_id)}.person",
            "control.tenant",
            "pg_authid",
            "person\" to program 'id' --",
            "",
        ):
            with pytest.raises(ScopeError):
                await snapshot.copy_out(name, drop)
        assert not hasattr(snapshot, "execute")
        with pytest.raises(ScopeError):
            await asyncio.create_task(snapshot.copy_out("person", drop))
    with pytest.raises(ScopeError):
        await snapshot.copy_out("person", drop)
