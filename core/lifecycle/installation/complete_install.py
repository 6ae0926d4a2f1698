"""Take in what a person has approved in Slack: for a workspace or for a whole organization.

The token first, and then the thaw: killed in between, the workspace stays frozen with a token that
works, and the next try goes through. A workspace that its owner or the operator has switched off is
not switched on from here.
"""

import re
from dataclasses import dataclass

from core.db.database import Database
from core.jobs.put_task import put_task
from core.kernel.errors import Refused
from core.kernel.ids import TenantId, new_reference
from core.lifecycle import store
from core.lifecycle.freeze_tenant import refuse_erased, thaw_held
from core.lifecycle.model import INSTALLATION_MAILBOX, Registered
from core.lifecycle.registry import Held, hold
from core.tenancy.install_workspace import Grant, Provisioner, keep_token

SWITCHED_OFF = {
    "owner": "The owner of this workspace has switched AEGIS off, to have its data erased. "
    "Until then the people who run AEGIS can switch it on again.",
    "operator": "AEGIS is switched off for this workspace. Ask the people who run it.",
}
# What an organization's token covers is found out by a task (reconcile_organization.py).
RECONCILING = "reconcile_organization"
# The welcome is a task; `handlers` gives it its words.
GREETING = "greet"
_PERSON = re.compile(r"[UW][A-Z0-9]{1,31}")


@dataclass(frozen=True, slots=True)
class Installed:
    """Who is connected now. An organization's workspaces are enabled one by one, by an admin; those
    that are enabled already are served a moment later."""

    tenant: TenantId
    is_organization: bool


async def complete_install(database: Database, provisioner: Provisioner, grant: Grant) -> Installed:
    """Connect, or connect again; whoever installs first is greeted, once for a tenant's life.

    Raises Refused (switched off by people), Invalid, Conflict, Unavailable, AuditUnwritable.
    """
    is_organization = grant.team_id.startswith("E")
    if is_organization:
        tenant = await provisioner.organization_for(grant.team_id)
    else:
        tenant = await provisioner.tenant_for(grant.team_id)
    async with database.control() as tx:
        found = await store.find_registered(tx, tenant)
    if found is not None:
        _refuse_switched_off(found)
    database.forget(tenant)  # it may have been frozen, or be new, since this process looked
    context = await database.tenant(tenant, while_frozen=True)
    await keep_token(database, context, grant)
    await resume(database, provisioner, tenant, actor=grant.installed_by)
    if is_organization:
        # Which workspaces it covers, and which of those had stopped, is Slack's to say.
        await put_task(
            database,
            tenant,
            RECONCILING,
            {"installs": True},
            key=new_reference(),
            mailbox=INSTALLATION_MAILBOX,
        )
    elif _PERSON.fullmatch(grant.installed_by):
        await put_task(database, tenant, GREETING, {"person": grant.installed_by}, key="welcome")
    return Installed(tenant, is_organization)


async def resume(
    database: Database, provisioner: Provisioner, tenant: TenantId, *, actor: str
) -> None:
    """Thaw what was frozen because Slack's side had left; wake what waits for a token.

    Whoever freezes for that reason looks at the token while it holds the tenant, so the token that
    was stored before this is seen there, or the freeze is seen here. Raises Refused.
    """
    async with hold(provisioner, tenant) as held:
        await refuse_erased(held)
        _refuse_switched_off(held.registered)
        await _resume_held(held, actor)
    database.forget(tenant)


async def _resume_held(held: Held, actor: str) -> None:
    await store.wake_tenant(held.tx, held.registered.tenant_id)
    if held.registered.frozen_because == "uninstalled":
        await thaw_held(held, actor=actor, reference=new_reference())


def _refuse_switched_off(found: Registered) -> None:
    if found.status == "frozen" and found.frozen_because != "uninstalled":
        raise Refused(SWITCHED_OFF[found.frozen_because or "operator"])
