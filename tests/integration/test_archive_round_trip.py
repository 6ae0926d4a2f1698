"""One tenant in one signed file, and back: the same rows, the same walls, nobody else touched."""

import asyncio
import zipfile

import asyncpg
import pytest

from core.audit import record as audit
from core.db import scope
from core.lifecycle.archive.reading import verify_archive
from core.tenancy import store
from core.tenancy.model import WORKSPACE_HOLDER, Person
from tests.integration.archived import (
    TOKEN,
    export,
    fill,
    lose_schema,
    restore,
    sums,
)
from tests.stage import spoken


async def test_every_table_comes_back_as_it_was_and_no_other_tenant_is_touched(
    admin, new_context, provisioner, signer, tmp_path
):
    """F31."""
    ours, theirs = await new_context(), await new_context()
    for context in (ours, theirs):
        await fill(context)
    bystander = await sums(admin, theirs)

    path = await export(ours, signer, tmp_path / "a.zip")
    before = await sums(admin, ours)
    assert all(before.values()), "a table is empty here, so that nothing would be proved of it"
    await lose_schema(admin, ours)
    restored = await restore(provisioner, signer, path)

    assert await sums(admin, ours) == before
    assert await sums(admin, theirs) == bystander
    assert (restored.tenant_id, restored.tables) == (ours.tenant_id, len(before))
    assert (restored.lost_credentials, restored.broken_row) == (0, None)


async def test_a_restored_tenant_works_and_its_token_opens(
    admin, context, provisioner, signer, tmp_path
):
    await fill(context)
    path = await export(context, signer, tmp_path / "a.zip")
    await lose_schema(admin, context)
    await restore(provisioner, signer, path)

    async with context.db.transaction() as tx:
        sealed, _ = await store.find_token(tx, context.tenant_id, WORKSPACE_HOLDER)
        await store.put_person(tx, Person("U3", "member"))
        top, new = await tx.fetchrow(
            "with put as (insert into document"
            " (document_id, title, media, scope, content_sha256, added_by)"
            " values ('d2', '', 'md', 'workspace', 'bb', 'U1') returning id)"
            " select (select max(id) from document), id from put"
        )
    opened = context.sealer.open(sealed, context.tenant_id, WORKSPACE_HOLDER, "slack")

    assert opened == TOKEN
    assert new > top, "the sequence goes on past what was loaded"


async def test_the_walls_stand_again_after_a_restore(
    admin, new_context, provisioner, signer, tmp_path
):
    """A32: a restored tenant reaches no other, and is reached by no other."""
    ours, theirs = await new_context(), await new_context()
    path = await export(ours, signer, tmp_path / "a.zip")
    await lose_schema(admin, ours)
    await restore(provisioner, signer, path)

    for inside, foreign in ((ours, theirs), (theirs, ours)):
        schema = scope.schema_of(foreign.tenant_id)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with inside.db.transaction() as tx:
                await tx.execute(f"select person_id from {schema}.person")
    for statement in ("delete from audit_event", "update audit_event set actor = ''"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with ours.db.transaction() as tx:
                await tx.execute(statement)
    async with admin.transaction():
        await admin.execute(scope.enter_as_owner(ours.tenant_id))
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await admin.execute("delete from audit_event")


async def test_no_wrapped_key_and_no_open_credential_is_in_an_archive(
    admin, context, signer, tmp_path
):
    """A71."""
    await fill(context)
    path = await export(context, signer, tmp_path / "a.zip")
    wrapped = await admin.fetchval(
        "select wrapped_key from control.tenant where tenant_id = $1", context.tenant_id
    )

    with zipfile.ZipFile(path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (TOKEN, wrapped, context.digest_key):
        assert secret not in everything
        assert secret.hex().encode() not in everything.lower()


async def test_what_is_written_meanwhile_is_in_all_tables_or_in_none(context, signer, tmp_path):
    stop, wrote = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        for n in range(100_000):
            if stop.is_set():
                return
            async with context.db.transaction() as tx:
                await store.put_person(tx, Person(f"U{n}", "member"))
                await tx.execute("insert into lexeme (lexeme, chunk_count) values ($1, 1)", f"w{n}")
                await audit.record(
                    tx, "knowledge:document:ingest", "U1", outcome="done", reference="r"
                )
            wrote.set()

    writers = asyncio.create_task(write())
    counts = []
    for n in range(5):
        wrote.clear()
        await wrote.wait()
        path = await export(context, signer, tmp_path / f"{n}.zip")
        manifest = verify_archive(path, signer.public_key)
        tables = {table.name: table.rows for table in manifest.tables}
        assert tables["audit_event"] == manifest.seq
        counts.append((tables["person"], tables["lexeme"]))
    stop.set()
    await writers

    assert all(people == words for people, words in counts)
    assert counts[-1] > counts[0], "nobody wrote meanwhile"


async def test_a_migration_during_an_export_makes_it_void(admin, context, signer, tmp_path):
    """A table that is rewritten looks empty to an older snapshot."""
    with pytest.raises(Exception, match="being updated"):
        async with context.db.snapshot():
            await admin.execute(
                "update control.tenant set schema_version = schema_version - 1"
                " where tenant_id = $1",
                context.tenant_id,
            )
    await admin.execute(
        "update control.tenant set schema_version = schema_version + 1 where tenant_id = $1",
        context.tenant_id,
    )


async def test_the_product_answers_from_restored_knowledge(stage, admin, provisioner, signer):
    context = stage.tenants["northwind"]
    text = "# Bicycles\n\nThe red bicycle hangs on hook 17 of the north wall."
    await stage.add_document("northwind", "Rules.md", text)
    path = await export(context, signer, stage.folder / "a.zip")
    await lose_schema(admin, context)
    await restore(provisioner, signer, path)

    lines = await stage.play(
        "[{workspace: northwind, person: ana, in: dm, say: On which hook hangs the red bicycle}]"
    )

    assert "17" in spoken(lines)
