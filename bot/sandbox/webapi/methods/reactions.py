"""reactions.add and reactions.remove."""

import re

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.message import Message
from bot.sandbox.webapi.call import Call, Handler, Json, SlackError

_NAME = re.compile(r"[a-z0-9_+'-]{1,100}")


def add(call: Call) -> Json:
    """React to a message with an emoji, as the app."""
    channel, message, users = _target(call, adds=True)
    if call.workspace.bot_user_id in users:
        raise SlackError("already_reacted")
    message.reactions[call.text("name")] = [*users, call.workspace.bot_user_id]
    _show(call, channel, message)
    return {}


def remove(call: Call) -> Json:
    """Take the app's own reaction back."""
    if not call.text("timestamp"):
        raise SlackError("no_item_specified")
    channel, message, users = _target(call, adds=False)
    if call.workspace.bot_user_id not in users:
        raise SlackError("no_reaction")
    left = [user for user in users if user != call.workspace.bot_user_id]
    message.reactions[call.text("name")] = left
    if not left:
        del message.reactions[call.text("name")]
    _show(call, channel, message)
    return {}


def _target(call: Call, *, adds: bool) -> tuple[Channel, Message, list[str]]:
    if not _NAME.fullmatch(call.text("name")):
        raise SlackError("invalid_name")
    channel = call.channel()
    if channel.archived and adds:
        raise SlackError("is_archived")
    message = channel.public(call.text("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    return channel, message, message.reactions.get(call.text("name"), [])


def _show(call: Call, channel: Channel, message: Message) -> None:
    """A reaction changes how the message looks, but is no edit the app hears of."""
    call.world.show(call.workspace, channel, message, "update")


HANDLERS: dict[str, Handler] = {"reactions.add": add, "reactions.remove": remove}
