"""Slack says that the app was removed: freeze the workspace, if no token of it lives.

`app_uninstalled` and `tokens_revoked` come in either order, late, again, after a reinstall, and
before the token is dead. So what counts is whether a token that is stored now still works: the
workspace's own, or its organization's.
"""

import logging

from core.db.database import Database
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError, NotFound, Postponed, Refused
from core.kernel.ids import TenantId
from core.lifecycle import store
from core.lifecycle.freeze_tenant import freeze_held
from core.lifecycle.model import Rules
from core.lifecycle.registry import Held, hold
from core.tenancy.install_workspace import Provisioner
from core.tenancy.installation.ports import TokenCheck
from core.tenancy.installation.store import find_version
from core.tenancy.organizations import Speaking, list_speaking

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

    Raises Postponed when Slack cannot say whether a token works.
    """
    tenant = context.tenant_id
    before = await list_speaking(database, tenant)
    if await check.still_works(context):
        log.info("removed, says Slack, and its token works", extra={"tenant": tenant})
        return False
    # The organization last: killed in between, its event is done again.
    await _stop_linked(database, provisioner, rules, check, tenant, reference)
    return await _freeze(database, provisioner, rules, tenant, before, reference)


async def stop_workspace(
    database: Database,
    provisioner: Provisioner,
    rules: Rules,
    check: TokenCheck,
    workspace: TenantId,
    *,
    reference: str,
) -> bool:
    """Its organization has taken its token from a workspace, which stops unless its own one works."""
    try:
        async with hold(provisioner, workspace) as held:
            is_active = held.registered.status == "active"
            await store.link_to_organization(held.tx, workspace, None)
            has_own = await _has_own_token(held)
            if is_active and not has_own:
                await freeze_held(
                    held, rules, actor="slack", reference=reference, because="uninstalled"
                )
    except NotFound:
        return False
    finally:
        database.forget(workspace)
    if is_active and has_own:
        return await _stop_if_dead(database, provisioner, rules, check, workspace, reference)
    return is_active


async def _stop_linked(
    database: Database,
    provisioner: Provisioner,
    rules: Rules,
    check: TokenCheck,
    organization: TenantId,
    reference: str,
) -> None:
    """Those with a token of their own are asked about, one by one. One that Slack cannot speak of
    now holds up none of the others. Raises Postponed."""
    async with database.control() as tx:
        linked = await store.list_linked(tx, organization)
    postponed: Postponed | None = None
    for each in linked:
        try:
            await _stop_if_dead(database, provisioner, rules, check, each.tenant_id, reference)
        except Postponed as error:
            postponed = error
        except DomainError as error:
            # Its tables are too old, or its key does not open: it is served nowhere as it is.
            log.warning("a workspace is left as it is: %s", error, extra={"team": each.team_id})
    if postponed is not None:
        raise postponed


async def _stop_if_dead(
    database: Database,
    provisioner: Provisioner,
    rules: Rules,
    check: TokenCheck,
    tenant: TenantId,
    reference: str,
) -> bool:
    try:
        context = await database.tenant(tenant)
        before = await list_speaking(database, tenant)
    except (NotFound, Refused):
        return False
    if await check.still_works(context):
        return False
    return await _freeze(database, provisioner, rules, tenant, before, reference)


async def _freeze(
    database: Database,
    provisioner: Provisioner,
    rules: Rules,
    tenant: TenantId,
    before: Speaking,
    reference: str,
) -> bool:
    """Freeze it, unless a token speaks now that was not there *before* the dead ones were tried.

    Whoever stores a token does so before they thaw what it is for, and to thaw they hold the tenant:
    the token is seen here, or the freeze is seen there.
    """
    try:
        async with hold(provisioner, tenant) as held:
            if held.registered.status != "active" or await list_speaking(database, tenant) - before:
                return False
            await freeze_held(
                held, rules, actor="slack", reference=reference, because="uninstalled"
            )
    except NotFound:
        return False
    finally:
        database.forget(tenant)
    return True


async def _has_own_token(held: Held) -> bool:
    """Whether it has one that Slack has not refused. The transaction then stands in the tenant."""
    tx = await held.enter_as_owner()
    return await find_version(tx, held.registered.tenant_id) is not None
