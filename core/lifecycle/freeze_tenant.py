"""Freeze a tenant: it is served nowhere within five seconds, and nothing of it is gone. Thaw undoes it.

Its jobs stop: what a worker does for it loses its lease at the next renewal, and what waits is not
begun. Events that come meanwhile are answered and not stored.
"""

from datetime import datetime

from core.db.database import NOT_SET_UP, Database
from core.kernel.errors import Conflict, NotFound
from core.kernel.ids import TenantId
from core.lifecycle import store
from core.lifecycle.model import Rules
from core.lifecycle.registry import hold
from core.tenancy.install_workspace import Provisioner

ACTION = "lifecycle:tenant:freeze"


async def freeze_tenant(
    database: Database,
    provisioner: Provisioner,
    tenant: TenantId,
    rules: Rules,
    *,
    actor: str,
    reference: str,
) -> datetime:
    """Returns when the grace ends and the tenant is erased. A frozen tenant keeps its time.

    Audited in the same transaction. Raises NotFound, Conflict, Unavailable, AuditUnwritable.
    """
    async with hold(provisioner, tenant) as held:
        if held.registered.status in ("erasing", "erased"):
            raise NotFound(NOT_SET_UP)
        if held.registered.erase_after is not None:
            return held.registered.erase_after
        erase_after = await store.freeze(held.tx, tenant, rules.grace_days)
        await store.drop_idle_mailboxes(held.tx, tenant)
        await held.record(
            ACTION,
            actor,
            outcome="done",
            reference=reference,
            grace_days=rules.grace_days,
        )
    database.forget(tenant)
    return erase_after


async def thaw_tenant(
    database: Database, provisioner: Provisioner, tenant: TenantId, *, actor: str, reference: str
) -> None:
    """Serve a frozen tenant again; what waits in its inbox is done. Audited in the same transaction.

    Raises NotFound (unknown, or being erased already), Conflict (it is not frozen).
    """
    async with hold(provisioner, tenant) as held:
        if held.registered.status in ("erasing", "erased"):
            raise NotFound(NOT_SET_UP)
        if held.registered.status != "frozen":
            raise Conflict("This tenant is not frozen.")
        await store.thaw(held.tx, tenant)
        await held.enter_as_owner()
        await store.wake_mailboxes(held.tx, tenant)
        await held.record("lifecycle:tenant:thaw", actor, outcome="done", reference=reference)
    database.forget(tenant)
