"""Move every tenant's keys under the current master key, while everything keeps running.

Row by row, each only if it is as it was read, so it may be killed, run twice at once, or run beside
a data rotation: run again, it does what is left. Nothing that was sealed is touched.
"""

import logging

from core.db.transaction import ControlTx
from core.kernel.ids import TenantId
from core.kernel.sealing import CannotOpen, Sealer
from core.kernel.tenant_keys import TenantKeys
from core.tenancy.install_workspace import Provisioner
from core.tenancy.keys import store
from core.tenancy.keys.check_master import refuse_unknown
from core.tenancy.keys.model import Rewrapped
from core.tenancy.keys.registry import open_registry

log = logging.getLogger(__name__)


async def rotate_master(provisioner: Provisioner) -> Rewrapped:
    """Whatever another master key wraps is opened with that one and wrapped with the current.

    When none of it is broken, the earlier master keys open nothing in this database any more.
    Raises MasterKeyMissing, having changed nothing, when one of them is not here.
    """
    master = provisioner.master
    master.reload()
    async with open_registry(provisioner) as registry:
        async with registry.statements() as tx:
            refuse_unknown(await store.list_wrapping_keys(tx), master)
            moved, _ = await _rewrap(tx, master)
        async with registry.transaction() as tx:
            # Whoever was wrapping with an earlier key when the first walk began has finished now.
            await store.take_keys(tx, "master")
            late, broken = await _rewrap(tx, master)
    log.info(
        "tenants' keys are wrapped with the current master key",
        extra={"key": master.key_id, "moved": moved + late, "broken": len(broken)},
    )
    return Rewrapped(master.key_id, moved + late, tuple(broken))


async def _rewrap(tx: ControlTx, master: Sealer) -> tuple[int, list[TenantId]]:
    """How many were moved, and whose do not open with the key they name."""
    moved, broken = 0, []
    for found in await store.list_wrapped_keys(tx, master.key_id):
        try:
            keys = TenantKeys.unwrap(master, found.wrapped, found.tenant)
        except CannotOpen:
            broken.append(found.tenant)
            continue
        wrapped = keys.wrap(master, found.tenant)
        moved += await store.replace_wrapped_key(tx, found, wrapped, master.key_id)
    return moved, broken
