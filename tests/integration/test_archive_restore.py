"""Where an archive may be restored, and what becomes of the keys; and what is left when it fails."""

import asyncio

import pytest

from core.db import migrate, scope
from core.db.database import OLDEST_SERVED
from core.kernel.errors import Conflict, Invalid, Refused, Unavailable
from core.kernel.sealing import Sealer, new_key
from core.kernel.tenant_keys import TenantKeys
from core.lifecycle.archive.reading import verify_archive
from core.tenancy import store
from core.tenancy.install_workspace import Provisioner
from core.tenancy.model import WORKSPACE_HOLDER
from core.tenancy.provision import provision_tenant
from tests.conftest import SERVICE_LOGIN
from tests.integration.archived import (
    TOKEN,
    export,
    has_schema,
    lose_schema,
    restore,
    rewritten,
    shred,
    sums,
)


async def test_a_tenant_that_is_there_is_not_overwritten(
    admin, context, provisioner, signer, archived
):
    before = await sums(admin, context)

    with pytest.raises(Conflict, match="there already"):
        await restore(provisioner, signer, archived)

    assert await sums(admin, context) == before


async def test_after_a_shred_the_tenant_is_back_without_its_credentials(
    admin, context, database, provisioner, signer, archived
):
    """F32."""
    await shred(admin, context)
    database.forget(context.tenant_id)
    restored = await restore(provisioner, signer, archived)
    renewed = await database.tenant(context.tenant_id)

    assert restored.lost_credentials == 1
    assert renewed.sealer.key_id != context.sealer.key_id
    async with renewed.db.transaction() as tx:
        assert await store.find_token(tx, context.tenant_id, WORKSPACE_HOLDER) is None
        assert await tx.fetchval("select count(*) from chunk") == 21
    async with database.control() as tx:
        assert await store.find_team(tx, context.tenant_id) == restored.team_id is not None


async def test_an_archive_is_restored_on_a_server_that_never_knew_the_tenant(
    admin, context, database, provisioner, signer, archived
):
    await shred(admin, context)
    await admin.execute("delete from control.audit_chain where tenant_id = $1", context.tenant_id)
    await admin.execute("delete from control.tenant where tenant_id = $1", context.tenant_id)
    database.forget(context.tenant_id)

    await restore(provisioner, signer, archived)

    assert (await database.tenant(context.tenant_id)).schema_version == context.schema_version


async def test_a_token_that_was_sealed_with_a_key_since_taken_away_is_left_out(
    admin, context, provisioner, master, signer, archived
):
    await lose_schema(admin, context)
    wrapped = await admin.fetchval(
        "select wrapped_key from control.tenant where tenant_id = $1", context.tenant_id
    )
    keys = TenantKeys.unwrap(master, wrapped, context.tenant_id)
    renewed = TenantKeys(keys.digest, (new_key(),)).wrap(master, context.tenant_id)
    await admin.execute(
        "update control.tenant set wrapped_key = $2 where tenant_id = $1",
        context.tenant_id,
        renewed,
    )

    assert (await restore(provisioner, signer, archived)).lost_credentials == 1


@pytest.mark.parametrize("wanted", ["5" * 32, "public", "", "0" * 32 + "\n"])
async def test_an_archive_is_not_restored_under_another_id(
    admin, context, provisioner, signer, archived, wanted
):
    """F32."""
    await lose_schema(admin, context)

    with pytest.raises(Refused, match="of another tenant"):
        await restore(provisioner, signer, archived, wanted=wanted)

    assert not await has_schema(admin, context.tenant_id)


async def test_a_sealed_token_opens_under_no_other_tenant(
    new_context, archived, context, signer, tmp_path
):
    """A72, F32: even with its key, what a row is sealed for is part of it."""
    other = await new_context()
    async with context.db.transaction() as tx:
        sealed, _ = await store.find_token(tx, context.tenant_id, WORKSPACE_HOLDER)

    with pytest.raises(Exception, match="wrong key, wrong row, or altered"):
        context.sealer.open(sealed, other.tenant_id, WORKSPACE_HOLDER, "slack")
    assert context.sealer.open(sealed, context.tenant_id, WORKSPACE_HOLDER, "slack") == TOKEN


async def test_a_workspace_that_has_another_tenant_by_now_keeps_it(
    admin, context, database, provisioner, signer, archived
):
    async with database.control() as tx:
        team = await store.find_team(tx, context.tenant_id)
    await shred(admin, context)
    other = await provisioner.tenant_for(team)

    with pytest.raises(Refused, match="has another tenant by now"):
        await restore(provisioner, signer, archived)

    assert not await has_schema(admin, context.tenant_id)
    assert await provisioner.tenant_for(team) == other


async def test_a_tenant_in_the_middle_of_its_erasure_is_left_to_it(
    admin, context, provisioner, signer, archived
):
    await lose_schema(admin, context)
    await admin.execute(
        "update control.tenant set status = 'erasing' where tenant_id = $1", context.tenant_id
    )

    with pytest.raises(Conflict, match="is being erased"):
        await restore(provisioner, signer, archived)


async def test_a_frozen_tenant_is_exported_and_comes_back_frozen(
    admin, context, database, provisioner, signer, tmp_path
):
    await admin.execute(
        "update control.tenant set status = 'frozen', frozen_at = now(), erase_after = now()"
        " where tenant_id = $1",
        context.tenant_id,
    )
    database.forget(context.tenant_id)
    frozen = await database.tenant(context.tenant_id, while_frozen=True)
    path = await export(frozen, signer, tmp_path / "frozen.zip")
    await lose_schema(admin, context)
    await restore(provisioner, signer, path)

    with pytest.raises(Refused, match="switched off"):
        await database.tenant(context.tenant_id)


async def test_a_key_that_does_not_open_is_not_thrown_away(
    admin, admin_dsn, context, signer, archived
):
    await lose_schema(admin, context)
    stranger = Provisioner(admin_dsn, SERVICE_LOGIN, Sealer(new_key()))

    with pytest.raises(Unavailable, match="does not open with this master key"):
        await restore(stranger, signer, archived)

    assert not await has_schema(admin, context.tenant_id)


@pytest.mark.parametrize("version", [1, len(migrate.load("tenant")) + 1])
async def test_a_version_that_this_program_does_not_know_is_refused(
    admin, context, provisioner, signer, archived, version
):
    await lose_schema(admin, context)
    path = rewritten(archived, manifest=lambda m: m.update(schema_version=version), signer=signer)

    with pytest.raises(Invalid, match="schema version"):
        await restore(provisioner, signer, path)


async def test_an_older_version_is_loaded_as_it_was_and_then_brought_up_to_date(
    admin, database, provisioner, master, signer, tmp_path
):
    """F24."""
    old = migrate.load("tenant")[:OLDEST_SERVED]
    tenant = await provision_tenant(admin, master, SERVICE_LOGIN, "TOLDTENANT", old)
    path = await export(await database.tenant(tenant), signer, tmp_path / "old.zip")
    await admin.execute(f"drop schema {scope.schema_of(tenant)} cascade")

    await restore(provisioner, signer, path)

    database.forget(tenant)
    assert verify_archive(path, signer.public_key).schema_version == OLDEST_SERVED
    assert (await database.tenant(tenant)).schema_version == len(migrate.load("tenant"))


async def test_what_waited_at_the_export_is_worked_after_the_restore(
    admin, context, provisioner, signer, tmp_path
):
    async with context.db.transaction() as tx:
        await tx.execute(
            "insert into inbox_event (event_id, mailbox, kind, payload)"
            " values ('EvW', 'CW', 'event', '{}')"
        )
    path = await export(context, signer, tmp_path / "waiting.zip")
    await lose_schema(admin, context)
    await restore(provisioner, signer, path)

    mailboxes = await admin.fetch(
        "delete from control.mailbox where tenant_id = $1 returning mailbox", context.tenant_id
    )
    assert [row["mailbox"] for row in mailboxes] == ["CW"]


async def test_two_restores_at_once_make_one_tenant(admin, context, provisioner, signer, archived):
    await shred(admin, context)

    results = await asyncio.gather(
        *(restore(provisioner, signer, archived) for _ in range(2)), return_exceptions=True
    )

    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Restored"]
