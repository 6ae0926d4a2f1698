"""Slack says that the app was removed: freeze the workspace, if its token is dead indeed.

`app_uninstalled` and `tokens_revoked` come in either order, late, again, and after a reinstall. So
what counts is whether the token that is stored now still works.
"""

import logging

from core.db.database import Database
from core.db.tenant import TenantContext
from core.kernel.errors import NotFound
from core.kernel.ids import TenantId
from core.lifecycle import store
from core.lifecycle.freeze_tenant import freeze_held
from core.lifecycle.model import Rules
from core.lifecycle.registry import Held, hold
from core.tenancy.install_workspace import Provisioner, find_stored_token
from core.tenancy.installation.model import TokenVersion
from core.tenancy.installation.ports import TokenCheck
from core.tenancy.installation.store import find_version

log = logging.getLogger(__name__)


async def stop_uninstalled(
    context: TenantContext,
    database: Database,
    provisioner: Provisioner,
    rules: Rules,
    check: TokenCheck,
    *,
    reference: str,
) -> bool:
    """Whether the workspace (or the organization, with its workspaces) is frozen now.

    Raises Postponed when Slack cannot say whether the token works.
    """
    tenant = context.tenant_id
    before = await find_stored_token(context)
    if await check.still_works(context):
        log.info("removed, says Slack, and its token works", extra={"tenant": tenant})
        return False
    version = before.version if before else None
    async with database.control() as tx:
        linked = await store.list_linked(tx, tenant)
    for _, workspace in linked:
        await _stop(database, provisioner, rules, workspace, None, reference)
    return await _stop(database, provisioner, rules, tenant, version, reference)


async def stop_workspace(
    database: Database,
    provisioner: Provisioner,
    rules: Rules,
    organization: TenantId,
    team_id: str,
    *,
    reference: str,
) -> bool:
    """An organization has taken its token from a workspace, which stops unless it has its own.

    What is not this organization's workspace is left alone.
    """
    async with database.control() as tx:
        linked = await store.list_linked(tx, organization)
    workspace = dict(linked).get(team_id)
    if workspace is None:
        return False
    return await _stop(database, provisioner, rules, workspace, None, reference, unlinks=True)


async def _stop(
    database: Database,
    provisioner: Provisioner,
    rules: Rules,
    tenant: TenantId,
    version: TokenVersion | None,
    reference: str,
    *,
    unlinks: bool = False,
) -> bool:
    """Freeze it, if its own token is still the one that was found dead, or there is none."""
    try:
        async with hold(provisioner, tenant) as held:
            if unlinks:
                await store.link_to_organization(held.tx, tenant, None)
            if held.registered.status != "active" or await _living_token(held, version):
                return False
            await freeze_held(
                held, rules, actor="slack", reference=reference, because="uninstalled"
            )
    except NotFound:
        return False
    finally:
        database.forget(tenant)
    return True


async def _living_token(held: Held, dead: TokenVersion | None) -> bool:
    """Whether it has a token of its own that is neither the *dead* one nor refused."""
    tx = await held.enter_as_owner()
    found = await find_version(tx, held.registered.tenant_id)
    return found is not None and found != dead
