"""The `event_callback` around an event."""

from bot.sandbox.delivery.parcel import Json
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.ids import new_id
from bot.sandbox.model.installing.organization import Organization
from bot.sandbox.model.people import Workspace
from bot.sandbox.model.world import World


def envelope(
    world: World,
    holder: Workspace | Organization,
    channel: Channel | None,
    event: Json,
    *,
    whole: bool,
) -> Json:
    """An event of a workspace, or of an organization itself, which names no team; `channel` is
    where it happened, if it did in one. With `whole` the app hears of it because it is installed
    over the organization."""
    workspace = holder if isinstance(holder, Workspace) else None
    organization = world.organization_of(workspace) if workspace else holder
    enterprise_id = organization.id if organization else None
    team_id = workspace.id if workspace else None
    authorization = {
        "enterprise_id": enterprise_id,
        "team_id": None if whole else team_id,
        "user_id": holder.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": whole,
    }
    return {
        "token": world.app.verification_token,
        "team_id": team_id,
        **({"enterprise_id": enterprise_id} if enterprise_id else {}),
        "context_team_id": team_id,
        "context_enterprise_id": enterprise_id,
        "api_app_id": world.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(float(event["event_ts"])),
        "authorizations": [authorization],
        "is_ext_shared_channel": channel is not None and channel.shared_with is not None,
        "event_context": f"4-{new_id('E')}",
    }
