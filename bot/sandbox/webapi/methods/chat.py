"""chat.postMessage, postEphemeral, update and delete."""

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.message import Message
from bot.sandbox.webapi.call import Call, Handler, Json, SlackError
from bot.sandbox.webapi.methods.content import (
    POST_LIMIT,
    UPDATE_LIMIT,
    read_content,
    read_guise,
    read_metadata,
)


def post_message(call: Call) -> Json:
    """Say something in a channel, a thread, or a direct message."""
    channel = _target(call)
    text, blocks = read_content(call)
    message = Message(
        ts=call.world.timestamps.next(),
        text=text[:POST_LIMIT],
        blocks=blocks,
        attachments=call.arguments.get("attachments") or [],
        thread_ts=_thread(call, channel),
        metadata=read_metadata(call),
        **_author(call),
    )
    call.world.post(call.workspace, channel, message)
    return {"channel": channel.id, "ts": message.ts, "message": message.to_wire()}


def post_ephemeral(call: Call) -> Json:
    """Say something that one person in the channel sees."""
    channel = call.open_channel()
    text, blocks = read_content(call)
    if call.text("user") not in channel.members:
        raise SlackError("user_not_in_channel")
    message = Message(
        ts=call.world.timestamps.next(),
        text=text[:POST_LIMIT],
        blocks=blocks,
        thread_ts=_thread(call, channel),
        ephemeral_to=call.text("user"),
        **_author(call),
    )
    call.world.post(call.workspace, channel, message, "ephemeral")
    return {"message_ts": message.ts}


def update(call: Call) -> Json:
    """Replace what one of the app's own messages says."""
    channel = call.channel()
    if channel.archived:
        raise SlackError("is_inactive")
    message = call.own_message(channel, call.text("ts"), "cant_update_message")
    if message.stream is not None and message.stream.state == "live":
        raise SlackError("streaming_state_conflict")
    text, blocks = read_content(call)
    if len(call.text("text")) > UPDATE_LIMIT:
        raise SlackError("msg_too_long")
    metadata = read_metadata(call)
    before = message.to_wire()
    # Text without blocks drops the blocks; blocks without text keep none of the old text.
    message.text, message.blocks = text, blocks
    message.edited_ts = call.world.timestamps.next()
    if metadata is not None:
        message.metadata = metadata
    call.world.edit(call.workspace, channel, message, before, "update")
    wire = {"channel": channel.id, "ts": message.ts, "text": message.text}
    return wire | {"message": message.to_wire()}


def delete(call: Call) -> Json:
    """Take one of the app's own messages away."""
    channel = call.channel()
    message = call.own_message(channel, call.text("ts"), "cant_delete_message")
    call.world.remove(call.workspace, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def _target(call: Call) -> Channel:
    """A channel, or the direct message with the person whose id was given."""
    target = call.text("channel")
    if target in call.workspace.persons:
        channel = call.workspace.direct_message(target)
        if channel is not None:
            return channel
    return call.open_channel()


def _thread(call: Call, channel: Channel) -> str | None:
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return None
    parent = channel.public(thread_ts)
    if parent is None:
        raise SlackError("cannot_reply_to_message")
    return parent.thread


def _author(call: Call) -> Json:
    workspace = call.workspace
    who = {"user": workspace.bot_user_id, "bot_id": workspace.bot_id, "team": workspace.id}
    return who | {"app_id": call.world.app.id} | read_guise(call)


HANDLERS: dict[str, Handler] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
}
