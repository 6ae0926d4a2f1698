"""Find or make the registry's entry for a tenant that comes back, and see that its place is empty."""

from core.db import migrate, scope, sql
from core.db.pool import Connection
from core.kernel.errors import Conflict, Refused, Unavailable
from core.kernel.ids import TenantId
from core.kernel.sealing import CannotOpen, Sealer
from core.kernel.tenant_keys import TenantKeys
from core.lifecycle.archive.model import Manifest
from core.tenancy import store

SQL = sql.load("core.lifecycle.archive")


async def claim_place(admin: Connection, master: Sealer, manifest: Manifest) -> TenantKeys:
    """Register the archive's tenant again at version 0, with its workspace; returns its keys.

    They are the ones it had, if they are still there. After a shred they are new, and what was sealed
    with the old ones stays closed. Raises Conflict (the place is taken, or being erased), Refused
    (the workspace has another tenant), Unavailable (the keys do not open).
    """
    tenant = manifest.tenant_id
    # No rotation of the master key ends meanwhile: what is wrapped below would miss it.
    await admin.fetchval(migrate.SQL["hold_keys"], "master")
    row = await admin.fetchrow(SQL["lock_registered"], tenant)
    if row and row["status"] == "erasing":
        raise Conflict("This tenant is being erased. Let that end first.")
    if await admin.fetchval(SQL["has_schema"], scope.schema_of(tenant)):
        raise Conflict("This tenant is there already. An archive is restored into an empty place.")
    if row and row["wrapped_key"]:
        keys, wrapped = _unwrap(master, row["wrapped_key"], tenant), row["wrapped_key"]
        key_id = row["wrapping_key_id"]
    else:
        keys = TenantKeys.new()
        wrapped, key_id = keys.wrap(master, tenant), master.key_id
    await admin.execute(SQL["register_again"], tenant, wrapped, key_id)
    await _link_workspace(admin, manifest)
    await admin.execute(
        SQL["put_chain"],
        tenant,
        manifest.seq,
        manifest.head,
        manifest.base_seq,
        manifest.base_hash,
    )
    return keys


async def _link_workspace(admin: Connection, manifest: Manifest) -> None:
    linked = await admin.fetchval(store.SQL["find_team"], manifest.tenant_id)
    if manifest.team_id is None or linked == manifest.team_id:
        return
    if linked is not None:
        raise Refused("This tenant has another workspace by now.")
    if await admin.fetchrow(store.SQL["find_workspace"], manifest.team_id):
        raise Refused(f"The workspace {manifest.team_id} has another tenant by now.")
    await admin.execute(store.SQL["link_workspace"], manifest.team_id, manifest.tenant_id)


def _unwrap(master: Sealer, wrapped: bytes, tenant: TenantId) -> TenantKeys:
    try:
        return TenantKeys.unwrap(master, wrapped, tenant)
    except CannotOpen:
        raise Unavailable(
            "This tenant's key does not open with this master key: set AEGIS_MASTER_KEY, or "
            "AEGIS_OLD_MASTER_KEYS, to the one it was wrapped with."
        ) from None
