"""chat.startStream, appendStream and stopStream: a message written piece by piece."""

import asyncio
import time

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.message import Message, Stream
from bot.sandbox.webapi.call import Call, Handler, Json, SlackError
from bot.sandbox.webapi.methods.agents import SESSION_STATUSES, set_session
from bot.sandbox.webapi.methods.content import (
    MARKDOWN_LIMIT,
    check_blocks,
    read_guise,
    read_metadata,
)
from bot.sandbox.webapi.methods.streaming.chunks import add_chunks, check_chunks, text_length

_MODES = ("timeline", "plan", "dense")


def start_stream(call: Call) -> Json:
    """Open a message that grows, as a reply in a thread."""
    channel = call.open_channel()
    _check_recipient(call, channel)
    mode = call.text("task_display_mode") or "timeline"
    if mode not in _MODES:
        raise SlackError("invalid_arguments", f"task_display_mode must be one of {_MODES}")
    thread = channel.public(call.text("thread_ts"))
    if thread is None:
        raise SlackError("invalid_arguments", "thread_ts is not a message of this channel")
    message = Message(
        ts=call.world.timestamps.next(),
        user=call.workspace.bot_user_id,
        team=call.workspace.id,
        bot_id=call.workspace.bot_id,
        app_id=call.world.app.id,
        thread_ts=thread.thread,
        stream=Stream(started=time.monotonic(), mode=mode),
        **read_guise(call),
    )
    _write(call, message)
    call.world.post(call.workspace, channel, message, "stream_start")
    later = asyncio.get_running_loop().call_later
    later(call.world.faults.stream_age_s, _close_expired, call, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def append_stream(call: Call) -> Json:
    """Add to a live stream."""
    channel = call.open_channel()
    message = call.own_message(channel, call.text("ts"), "message_not_owned_by_app")
    _check_live(call, message)
    if not (call.text("markdown_text") or call.arguments.get("chunks")):
        raise SlackError("no_text")
    piece = _write(call, message)
    call.world.show(call.workspace, channel, message, "stream_append", text=piece)
    return {"channel": channel.id, "ts": message.ts}


def stop_stream(call: Call) -> Json:
    """Finish a stream, with closing blocks if wished. A stream a person stopped may be finished."""
    channel = call.open_channel()
    message = call.own_message(channel, call.text("ts"), "message_not_owned_by_app")
    stream = message.stream
    if stream is None or stream.state == "stopped" or _expired(call, stream):
        raise SlackError("message_not_in_streaming_state")
    status = call.text("session_status")
    if status and status not in SESSION_STATUSES:
        raise SlackError("invalid_arguments", f"session_status must be one of {SESSION_STATUSES}")
    blocks = check_blocks(call.arguments.get("blocks") or [])
    metadata = read_metadata(call)
    before = message.to_wire()
    stream.final_blocks = stream.final_blocks + blocks
    _write(call, message)
    stream.state = "stopped"
    message.metadata = metadata
    call.world.edit(call.workspace, channel, message, before, "stream_stop")
    if status:
        set_session(call, channel, message.thread, status)
    return {"channel": channel.id, "ts": message.ts, "message": message.to_wire()}


def _check_recipient(call: Call, channel: Channel) -> None:
    if channel.kind != "im":
        for name in ("recipient_team_id", "recipient_user_id"):
            if not call.text(name):
                raise SlackError(f"missing_{name}")
    user, team = call.text("recipient_user_id"), call.text("recipient_team_id")
    person = call.workspace.persons.get(user)
    if user and person is None:
        raise SlackError("user_not_found")
    if team and team not in (call.workspace.id, person.home_team_id if person else ""):
        raise SlackError("team_not_found")


def _check_live(call: Call, message: Message) -> None:
    stream = message.stream
    if stream is not None and stream.state == "stopped_by_user":
        raise SlackError("stopped_by_user")
    if stream is None or stream.state == "stopped" or _expired(call, stream):
        raise SlackError("message_not_in_streaming_state")


def _expired(call: Call, stream: Stream) -> bool:
    """Appends do not extend a stream's life."""
    if (
        stream.state == "live"
        and time.monotonic() - stream.started > call.world.faults.stream_age_s
    ):
        stream.state = "stopped"
        return True
    return False


def _close_expired(call: Call, channel: Channel, message: Message) -> None:
    """Nobody came back for the stream: the person sees it end."""
    assert message.stream is not None
    if message.stream.state == "live" and not message.deleted:
        message.stream.state = "stopped"
        call.world.show(call.workspace, channel, message, "update")


def _write(call: Call, message: Message) -> str:
    """Put the given Markdown and chunks into the message; the text that was added."""
    stream = message.stream
    assert stream is not None
    markdown, chunks = call.text("markdown_text"), call.arguments.get("chunks") or []
    check_chunks(stream, chunks)
    # The 12,000 hold for the whole message, not only for one call: seen on the real Slack.
    if len(stream.markdown) + len(markdown) + text_length(chunks) > MARKDOWN_LIMIT:
        raise SlackError("msg_too_long")
    stream.markdown += markdown
    piece = markdown + add_chunks(stream, chunks)
    message.text, message.blocks = stream.markdown, stream.blocks()
    return piece


HANDLERS: dict[str, Handler] = {
    "chat.startStream": start_stream,
    "chat.appendStream": append_stream,
    "chat.stopStream": stop_stream,
}
