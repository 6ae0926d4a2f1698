"""What Slack says of the installation itself: removed, or enabled in a workspace of an organization."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext

from core.kernel.errors import Invalid, NotFound, Refused
from core.lifecycle.installation.enable_workspace import enable_workspace
from core.lifecycle.installation.stop_uninstalled import stop_uninstalled, stop_workspace
from core.services import Services

log = logging.getLogger(__name__)

# What no further try will mend. Nobody is there to be told but the operator.
_FINAL = (Invalid, NotFound, Refused)


def register(app: AsyncApp, services: Services) -> None:
    async def removed(context: AsyncBoltContext) -> None:
        """In either order, late, or after a reinstall: what counts is what the token is worth."""
        try:
            await stop_uninstalled(
                context["tenant"],
                services.database,
                services.provisioner,
                services.rules,
                services.tokens,
                reference=context["inbox_event"].event_id,
            )
        except _FINAL as error:
            # The other event of the two was here first, in another process or a moment ago.
            log.info("a removed workspace is not served already: %s", error)

    async def granted(event: dict[str, Any], context: AsyncBoltContext) -> None:
        for team_id in _teams(event):
            await _enable(services, context, team_id)

    async def revoked(event: dict[str, Any], context: AsyncBoltContext) -> None:
        for team_id in _teams(event):
            await stop_workspace(
                services.database,
                services.provisioner,
                services.rules,
                context["tenant"].tenant_id,
                team_id,
                reference=context["inbox_event"].event_id,
            )

    app.event("app_uninstalled")(removed)
    app.event("tokens_revoked")(removed)
    app.event("team_access_granted")(granted)
    app.event("team_access_revoked")(revoked)


async def _enable(services: Services, context: AsyncBoltContext, team_id: str) -> None:
    try:
        await enable_workspace(
            services.database,
            services.provisioner,
            context["tenant"].tenant_id,
            team_id,
            actor="slack",
            reference=context["inbox_event"].event_id,
        )
    except _FINAL as error:
        log.warning("a workspace is not enabled: %s", error, extra={"team": team_id})


def _teams(event: dict[str, Any]) -> list[str]:
    """docs.slack.dev, team_access_granted: `team_ids`."""
    found = event.get("team_ids")
    return [team for team in found if isinstance(team, str)] if isinstance(found, list) else []
