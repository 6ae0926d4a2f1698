"""Which events the app is told of, and in what form."""

from bot.sandbox.delivery.parcel import Json
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.people import App, Workspace

_MESSAGE_EVENTS = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}


def subscribed(app: App, workspace: Workspace, channel: Channel | None, event: Json) -> list[Json]:
    """The event as the app gets it: not at all, as it is, or as a mention besides."""
    if channel is None:
        return [event] if event["type"] in app.events else []
    if workspace.bot_user_id not in channel.members:
        return []
    if event["type"] != "message":
        return [event] if event["type"] in app.events else []
    wanted = []
    if _MESSAGE_EVENTS[channel.kind] in app.events:
        wanted.append(event)
    if "app_mention" in app.events and _mentions(workspace, channel, event):
        mention = {k: v for k, v in event.items() if k not in ("channel_type", "subtype")}
        wanted.append(mention | {"type": "app_mention"})
    return wanted


def _mentions(workspace: Workspace, channel: Channel, event: Json) -> bool:
    """A message in a channel that names the app and is not its own; a direct message is no
    mention. Another app's bot may mention it too, as on Slack."""
    said = event.get("subtype") in (None, "file_share", "bot_message")
    own = event.get("bot_id") == workspace.bot_id
    named = f"<@{workspace.bot_user_id}>" in event.get("text", "")
    return said and not own and named and channel.kind != "im"
