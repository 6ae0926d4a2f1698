"""Freeze a tenant: it is served nowhere within five seconds, and nothing of it is gone. Thaw undoes it.

Its jobs stop: what a worker does for it loses its lease at the next renewal, and what waits is not
begun. Events that come meanwhile are answered and not stored.
"""

from datetime import datetime

from core.db.database import NOT_SET_UP, Database
from core.kernel.errors import Conflict, NotFound
from core.kernel.ids import TenantId
from core.lifecycle import store
from core.lifecycle.model import Because, Rules
from core.lifecycle.registry import Held, hold
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
    because: Because = "operator",
) -> datetime:
    """Returns when the grace ends and the tenant is erased. A frozen tenant keeps its time, and its
    reason, unless people decide about one that had only been uninstalled.

    Audited in the same transaction. Raises NotFound, Conflict, Unavailable, AuditUnwritable.
    """
    async with hold(provisioner, tenant) as held:
        await refuse_erased(held)
        erase_after = await freeze_held(
            held, rules, actor=actor, reference=reference, because=because
        )
    database.forget(tenant)
    return erase_after


async def freeze_held(
    held: Held, rules: Rules, *, actor: str, reference: str, because: Because
) -> datetime:
    """The same for a tenant that is held, last in its transaction."""
    tenant, found = held.registered.tenant_id, held.registered
    if found.erase_after is not None:
        if because == "uninstalled" or found.frozen_because != "uninstalled":
            return found.erase_after
        await store.freeze_because(held.tx, tenant, because)
        erase_after, grace_days = found.erase_after, 0
    else:
        erase_after = await store.freeze(held.tx, tenant, rules.grace_days, because)
        await store.drop_idle_mailboxes(held.tx, tenant)
        grace_days = rules.grace_days
    await held.record(
        ACTION, actor, outcome="done", reference=reference, grace_days=grace_days, because=because
    )
    return erase_after


async def thaw_tenant(
    database: Database, provisioner: Provisioner, tenant: TenantId, *, actor: str, reference: str
) -> None:
    """Serve a frozen tenant again; what waits in its inbox is done. Audited in the same transaction.

    Raises NotFound (unknown, or being erased already), Conflict (it is not frozen).
    """
    async with hold(provisioner, tenant) as held:
        await refuse_erased(held)
        if held.registered.status != "frozen":
            raise Conflict("This tenant is not frozen.")
        await thaw_held(held, actor=actor, reference=reference)
    database.forget(tenant)


async def thaw_held(held: Held, *, actor: str, reference: str) -> None:
    """The same for a tenant that is held, last in its transaction."""
    await store.thaw(held.tx, held.registered.tenant_id)
    await held.enter_as_owner()
    await store.wake_mailboxes(held.tx, held.registered.tenant_id)
    await held.record("lifecycle:tenant:thaw", actor, outcome="done", reference=reference)


async def refuse_erased(held: Held) -> None:
    """Raises NotFound for a tenant that is gone, or on its way out; says since when, where known."""
    if held.registered.status not in ("erasing", "erased"):
        return
    certificate = await store.find_certificate(held.tx, held.registered.tenant_id)
    if held.registered.status == "erased" and certificate is not None:
        raise NotFound(f"This tenant was erased on {certificate.erased_at:%Y-%m-%d %H:%M} UTC.")
    raise NotFound("This tenant is being erased." if certificate else NOT_SET_UP)
