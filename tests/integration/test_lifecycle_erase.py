"""Erasure: nothing of the tenant is left but its certificate, whatever happens on the way."""

import asyncio
import json
from datetime import datetime, timedelta

import asyncpg
import pytest

from core.db.scope import schema_of
from core.kernel.errors import NotFound, Unavailable
from core.kernel.ids import TenantId, new_id
from core.kernel.signing import BadSignature, verify
from core.lifecycle.certificate import KIND, get_certificate
from core.lifecycle.freeze_tenant import thaw_tenant
from core.lifecycle.ports import NotRevoked
from tests.integration.lifecycle import (
    SIGNER,
    Answering,
    as_admin,
    erase,
    everything_with,
    freeze,
    one,
)


def statement(certificate) -> dict:
    return verify(certificate.signed, SIGNER.public_key, KIND)


async def left_of(provisioner, tenant) -> list[str]:
    """Every row of the database that names the tenant, and its role."""
    async with as_admin(provisioner) as admin:
        rows = await everything_with(admin, tenant)
    return sorted({row.split(":")[0] for row in rows})


async def test_what_is_left_of_an_erased_tenant_is_its_id_and_the_certificate(
    database, provisioner, context
):
    tenant = context.tenant_id
    certificate = await erase(database, provisioner, tenant)

    assert await left_of(provisioner, tenant) == ["control.erasure_certificate", "control.tenant"]
    assert await one(provisioner, "select to_regnamespace($1) is null", schema_of(tenant))
    key = await one(
        provisioner, "select wrapped_key from control.tenant where tenant_id = $1", tenant
    )
    assert key == b""
    with pytest.raises(NotFound):
        await database.tenant(tenant)
    with pytest.raises(NotFound):
        await database.tenant(tenant, while_frozen=True)
    assert await get_certificate(database, tenant) == certificate


async def test_the_certificate_says_what_was_erased_and_what_backups_still_hold(
    database, provisioner, context
):
    key = context.sealer.key_id
    async with context.db.transaction() as tx:
        await tx.execute("insert into person (person_id, standing) values ('U1', 'member')")
    async with as_admin(provisioner) as admin:
        await admin.execute(
            "update control.tenant set created_at = now() - interval '400 days'"
            " where tenant_id = $1",
            context.tenant_id,
        )
        team = await admin.fetchval(
            "select team_id from control.workspace where tenant_id = $1", context.tenant_id
        )

    certificate = await erase(database, provisioner, context.tenant_id)

    said = statement(certificate)
    erased = datetime.fromisoformat(said["erased_at"])
    assert said["tenant_id"] == context.tenant_id
    assert said["workspace"] == team
    assert said["tables"]["person"] == 1
    assert said["tables"]["audit_event"] == 2  # frozen, and about to be erased
    assert len(said["tables"]) >= 12
    assert said["rows"] == sum(said["tables"].values())
    assert said["audit_log"]["seq"] == 2
    assert len(said["audit_log"]["hash"]) == 64
    assert said["tokens"] == {"revoked": 1, "outcome": "revoked"}
    assert said["keys_destroyed"] == [key]
    assert said["frozen_at"] <= said["erased_at"]
    assert said["backups"] == {
        "kept_days": 35,
        "oldest_of": f"{erased - timedelta(days=35):%Y-%m-%d}",
        "last_gone_by": f"{erased + timedelta(days=35):%Y-%m-%d}",
    }
    for date in (said["backups"]["oldest_of"], said["backups"]["last_gone_by"]):
        assert date in said["statement"]
    assert await get_certificate(database, team) == certificate


async def test_no_backup_is_older_than_the_tenant(database, provisioner, context):
    certificate = await erase(database, provisioner, context.tenant_id)

    said = statement(certificate)
    assert said["backups"]["oldest_of"] == said["created_at"][:10]


async def test_a_certificate_that_was_altered_does_not_verify(database, provisioner, context):
    certificate = await erase(database, provisioner, context.tenant_id)

    altered = certificate.signed.text.replace(context.tenant_id, new_id())
    forged = type(certificate.signed)(altered, certificate.signed.signature, SIGNER.key_id)
    with pytest.raises(BadSignature):
        verify(forged, SIGNER.public_key, KIND)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (1, "revoked"),
        (0, "there was no valid token"),
        (NotRevoked("http_503"), "could not be revoked: http_503"),
        (Unavailable("gone"), "could not be revoked: cannot_be_opened"),
        (asyncpg.UndefinedTableError("gone"), "could not be revoked: cannot_be_read"),
    ],
    ids=["revoked", "none", "refused", "unreadable", "damaged"],
)
async def test_what_slack_says_of_the_token_is_in_the_certificate_and_stops_nothing(
    database, provisioner, context, answer, outcome
):
    certificate = await erase(database, provisioner, context.tenant_id, revoker=Answering(answer))

    assert statement(certificate)["tokens"]["outcome"] == outcome


async def test_an_erased_tenant_is_erased_once(database, provisioner, context):
    revoker = Answering()
    first = await erase(database, provisioner, context.tenant_id, revoker=revoker)
    again = await erase(database, provisioner, context.tenant_id, revoker=revoker)

    assert again == first
    assert revoker.asked == [context.tenant_id]


async def test_two_runs_at_once_ask_slack_once_and_leave_one_certificate(
    database, provisioner, context
):
    revoker, tenant = Answering(), context.tenant_id
    await freeze(database, provisioner, tenant)

    done = await asyncio.gather(
        *(erase(database, provisioner, tenant, revoker=revoker) for _ in range(3))
    )

    assert len({certificate.signed for certificate in done}) == 1
    assert revoker.asked == [tenant]
    assert (
        await one(
            provisioner,
            "select count(*) from control.erasure_certificate where tenant_id = $1",
            tenant,
        )
        == 1
    )


async def test_a_table_in_use_holds_the_end_up_and_the_next_run_goes_on(
    database, provisioner, context, monkeypatch
):
    monkeypatch.setattr("core.lifecycle.erase_tenant.DROP_SECONDS", 0.0)
    tenant = context.tenant_id
    async with as_admin(provisioner) as reader, reader.transaction():
        await reader.fetch(f"select turn_id from {schema_of(tenant)}.turn")
        with pytest.raises(Unavailable, match="in use"):
            await erase(database, provisioner, tenant)
        status, key = await reader.fetchrow(
            "select status, wrapped_key from control.tenant where tenant_id = $1", tenant
        )
        assert (status, key) == ("erasing", b"")
    with pytest.raises(NotFound):
        await get_certificate(database, tenant)
    with pytest.raises(NotFound):
        await thaw_tenant(database, provisioner, tenant, actor="U", reference="r")

    revoker = Answering()
    certificate = await erase(database, provisioner, tenant, revoker=revoker)

    assert revoker.asked == [], "its keys are gone: there is nothing left to ask with"
    assert statement(certificate)["tokens"]["outcome"] == "revoked"


async def test_an_erasure_that_cannot_be_audited_does_not_happen(database, provisioner, context):
    async with as_admin(provisioner) as admin:
        await admin.execute(
            f"alter table {schema_of(context.tenant_id)}.audit_event"
            " add constraint full_up check (action <> 'lifecycle:tenant:erase')"
        )
    revoker = Answering()

    with pytest.raises(Unavailable, match="audit log"):
        await erase(database, provisioner, context.tenant_id, revoker=revoker)

    assert revoker.asked == []
    assert await database.tenant(context.tenant_id, while_frozen=True)


async def test_a_tenant_that_is_not_there_is_not_erased(database, provisioner):
    with pytest.raises(NotFound):
        await erase(database, provisioner, TenantId(new_id()))


async def test_what_its_role_owns_elsewhere_goes_too(database, provisioner, context):
    role = schema_of(context.tenant_id)
    async with as_admin(provisioner) as admin:
        found = await admin.fetchval("select lo_create(0)")
        await admin.execute(f"alter large object {found} owner to {role}")

    await erase(database, provisioner, context.tenant_id)

    assert not await one(
        provisioner, "select exists (select from pg_largeobject_metadata where oid = $1)", found
    )
    assert not await one(
        provisioner, "select exists (select from pg_roles where rolname = $1)", role
    )


async def test_another_tenants_rows_are_what_they_were(database, provisioner, new_context):
    ours, theirs = await new_context(), await new_context()
    async with theirs.db.transaction() as tx:
        await tx.execute("insert into person (person_id, standing) values ('U1', 'member')")

    async def sums() -> list[str]:
        async with as_admin(provisioner) as admin:
            return sorted(await everything_with(admin, theirs.tenant_id))

    before = await sums()
    await erase(database, provisioner, ours.tenant_id)

    assert await sums() == before
    assert json.dumps(before).count("member")


async def test_an_admin_who_is_no_superuser_can_erase(database, provisioner, postgres):
    """The rights that docs/operations.md asks for are enough."""
    async with as_admin(provisioner) as admin:
        await admin.execute("create role small_admin login createrole")
        await admin.execute("grant create on database aegis to small_admin")
        await admin.execute("grant aegis_owner to small_admin with inherit true, set true")
    small = type(provisioner)(
        postgres.dsn(user="small_admin"), provisioner.service_login, provisioner.master
    )
    try:
        try:
            tenant = await small.tenant_for("T" + new_id()[:8].upper())
        except asyncpg.InsufficientPrivilegeError as error:
            pytest.skip(f"provisioning needs more than that here: {error}")
        certificate = await erase(database, small, tenant)
        assert statement(certificate)["tenant_id"] == tenant
    finally:
        async with as_admin(provisioner) as admin:
            await admin.execute("drop owned by small_admin")
            await admin.execute("drop role small_admin")
