"""What Slack says of the installation itself: removed, or enabled in a workspace of an organization.

Events are not believed but looked into: they come late, again, out of order, and before what they
say is so.
"""

import json
import logging
from collections.abc import Collection
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext

from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.jobs.put_task import put_task
from core.kernel.errors import Disconnected, Invalid, NotFound, Postponed, Refused, Unavailable
from core.lifecycle.installation.reconcile_organization import Covered, Reconciler
from core.lifecycle.installation.stop_uninstalled import stop_uninstalled
from core.services import Services
from handlers.workspace.organization_welcome import ask_to_greet

log = logging.getLogger(__name__)

# A token that still works when Slack says that it is gone is looked at again, at growing distances.
LOOK_AGAIN = "look_at_token"
LOOK_SECONDS = 600.0
_LONGEST_PAUSE = 60.0
# What no further try will mend. Nobody is there to be told but the operator.
_FINAL = (Invalid, NotFound, Refused)


def register(app: AsyncApp, services: Services) -> None:
    async def removed(context: AsyncBoltContext) -> None:
        tenant, event = context["tenant"], context["inbox_event"]
        if not await _is_stopped(services, tenant, event.event_id):
            # In a mailbox of its own: what else Slack says of the installation does not wait for it.
            await put_task(
                services.database, tenant.tenant_id, LOOK_AGAIN, {}, key=str(event.event_id)
            )

    async def granted(event: dict[str, Any], context: AsyncBoltContext) -> None:
        await _reconcile(services, context["tenant"], context["inbox_event"], _teams(event))

    async def revoked(context: AsyncBoltContext) -> None:
        await _reconcile(services, context["tenant"], context["inbox_event"])

    app.event("app_uninstalled")(removed)
    app.event("tokens_revoked")(removed)
    app.event("team_access_granted")(granted)
    app.event("team_access_revoked")(revoked)


async def look_again(services: Services, context: TenantContext, event: InboxEvent) -> None:
    """The task: whether the token is dead by now. Raises Postponed until it is, or for LOOK_SECONDS."""
    if await _is_stopped(services, context, event.event_id):
        return
    if event.age_seconds < LOOK_SECONDS:
        pause = min(event.age_seconds, _LONGEST_PAUSE)
        raise Postponed("Slack took the token of what it calls removed", pause)
    log.info("a token outlived its removal: it was installed again")


async def reconcile(services: Services, context: TenantContext, event: InboxEvent) -> None:
    """The task: an organization was just installed, or it is time to look."""
    await _reconcile(
        services, context, event, installs=bool(json.loads(event.payload).get("installs"))
    )


async def _is_stopped(services: Services, context: TenantContext, reference: str) -> bool:
    """Freeze what has no token that works; False while it has one."""
    try:
        return await stop_uninstalled(
            context,
            services.database,
            services.provisioner,
            services.rules,
            services.tokens,
            reference=reference,
        )
    except _FINAL as error:
        # The other event of the two was here first, in another process or a moment ago.
        log.info("a removed workspace is not served already: %s", error)
        return True


async def _reconcile(
    services: Services,
    context: TenantContext,
    event: InboxEvent,
    named: Collection[str] = (),
    *,
    installs: bool = False,
) -> None:
    reconciler = Reconciler(
        services.database,
        services.provisioner,
        services.rules,
        services.teams,
        services.tokens,
    )
    try:
        covered: Covered = await reconciler.reconcile(
            context, named=named, reference=event.event_id
        )
    except (Disconnected, *_FINAL) as error:
        log.info("the organization is not served: %s", error)
    except Unavailable as error:
        # Nothing was changed. The next look, at the latest the clock's, will tell.
        log.error("an organization's workspaces are not known: %s", error)
    else:
        if covered.teams and (installs or covered.are_first):
            await ask_to_greet(services, context, covered.teams)


def _teams(event: dict[str, Any]) -> list[str]:
    """docs.slack.dev, team_access_granted: `team_ids`."""
    found = event.get("team_ids")
    return [team for team in found if isinstance(team, str)] if isinstance(found, list) else []
