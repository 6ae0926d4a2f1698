"""Restore a tenant from its archive: under its own id, into an empty place, whole or not at all."""

import asyncio
from pathlib import Path

import asyncpg

from core.audit import record as audit
from core.audit import store as audit_store
from core.db import scope, sql
from core.db.fleet import explain
from core.db.migrate import load, migrate_tenant
from core.db.pool import Connection
from core.db.transaction import ControlTx, Tx
from core.kernel.errors import Conflict, Invalid, Refused, Unavailable
from core.lifecycle.archive.claim_place import claim_place
from core.lifecycle.archive.load_tables import load_tables
from core.lifecycle.archive.model import OLDEST_VERSION, Manifest, Restored
from core.lifecycle.archive.reading import Archive, open_archive
from core.tenancy.install_workspace import Provisioner
from core.tenancy.provision import make_schema

SQL = sql.load("core.lifecycle.archive")
ACTION = "lifecycle:tenant:restore"


async def restore_tenant(
    provisioner: Provisioner,
    path: Path,
    public_key: bytes,
    *,
    actor: str,
    reference: str,
    wanted: str | None = None,
) -> Restored:
    """Bring back the tenant in *path*, which *public_key* (raw, 32 bytes) has signed.

    The archive says whose it is, and it is nobody else's: *wanted*, if given, must be that tenant.
    One transaction, in which the tenant's audit log begins where the archive ends, with a row that
    says so. Raises Invalid and Refused for the archive, Conflict, Refused and Unavailable for the
    place (`claim_place`) and its server.
    """
    with open_archive(path, public_key) as archive:
        _check_wanted(archive.manifest, wanted)
        await asyncio.to_thread(archive.check)
        try:
            admin = await asyncpg.connect(provisioner.admin_dsn)
        except OSError:
            raise Unavailable("The database does not answer at DATABASE_ADMIN_URL.") from None
        try:
            async with admin.transaction():
                return await _restore(admin, provisioner, archive, actor, reference)
        except (asyncpg.UniqueViolationError, asyncpg.DuplicateSchemaError):
            raise Conflict("This tenant is being restored by somebody else.") from None
        except asyncpg.PostgresError as error:
            raise Unavailable(f"The tenant was not restored: {explain(error)}.") from error
        finally:
            await admin.close()


def _check_wanted(manifest: Manifest, wanted: str | None) -> None:
    if wanted is not None and wanted != manifest.tenant_id:
        raise Refused(
            "This archive is of another tenant. It is restored under its own id or not at all."
        )
    newest = len(load("tenant"))
    if not OLDEST_VERSION <= manifest.schema_version <= newest:
        raise Invalid(
            f"This archive is of schema version {manifest.schema_version}; this version of AEGIS "
            f"restores {OLDEST_VERSION} to {newest}."
        )


async def _restore(
    admin: Connection, provisioner: Provisioner, archive: Archive, actor: str, reference: str
) -> Restored:
    manifest = archive.manifest
    tenant = manifest.tenant_id
    keys = await claim_place(admin, provisioner.master, manifest)
    old = load("tenant")[: manifest.schema_version]
    await make_schema(admin, tenant, provisioner.service_login, old)
    # A migration has set its own.
    await admin.execute("set local statement_timeout = 0")
    await admin.execute("set local lock_timeout = 0")
    await admin.execute(scope.enter_as_owner(tenant))
    await load_tables(admin, scope.schema_of(tenant), archive)
    lost = await admin.fetchval(SQL["forget_unopenable"], list(keys.sealer().key_ids))
    broken = await _find_broken_row(admin, manifest)
    cut = await admin.fetchval(SQL["drop_later_checkpoints"], tenant, manifest.seq)
    await audit_store.put_checkpoints(ControlTx(admin), manifest.checkpoints)
    await admin.execute(SQL["wake_mailboxes"], tenant)
    await admin.execute("reset role")
    await migrate_tenant(admin, tenant)
    await admin.execute(scope.enter_as_owner(tenant))
    await audit.record(
        Tx(admin),
        ACTION,
        actor,
        outcome="done",
        reference=reference,
        archived_at=manifest.created_at,
        archived_seq=manifest.seq,
        checkpointed_seq=cut,
        rows=manifest.rows,
        lost_credentials=lost,
        broken_row=broken,
    )
    return Restored(tenant, manifest.team_id, len(manifest.tables), manifest.rows, lost, broken)


async def _find_broken_row(admin: Connection, manifest: Manifest) -> int | None:
    """The first row of the audit log that does not hold; the last, where the log ends too early."""
    tenant, last = manifest.tenant_id, manifest.seq
    broken: int | None = await admin.fetchval(audit_store.SQL["find_broken"], tenant, last)
    if broken is None and last > manifest.base_seq:
        is_whole = await admin.fetchval(SQL["has_last_row"], last, manifest.head)
        return None if is_whole else last
    return broken
