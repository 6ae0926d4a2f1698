"""assistant.threads.* and agents.sessions.*: what the agent shows about its work."""

from bot.sandbox.model.channel import Channel
from bot.sandbox.webapi.call import Call, Handler, Json, SlackError
from bot.sandbox.webapi.methods.content import read_guise

SESSION_STATUSES = ("processing", "active", "suspended", "closed")
_MAX_TITLE = 200
_MAX_LOADING_MESSAGES = 10
_MAX_PROMPTS = 4


def set_status(call: Call) -> Json:
    """Show “AEGIS is thinking…” in a thread; the empty status takes it away."""
    channel, thread_ts = _thread(call)
    loading = [str(line) for line in call.arguments.get("loading_messages") or []]
    if len(loading) > _MAX_LOADING_MESSAGES:
        raise SlackError("invalid_arguments", "loading_messages: at most 10")
    read_guise(call)
    call.world.think(call.workspace, channel, thread_ts, call.text("status"), loading)
    return {}


def set_suggested_prompts(call: Call) -> Json:
    """Offer up to four things to ask."""
    channel, thread_ts = _thread(call)
    prompts = call.arguments["prompts"]
    if not 1 <= len(prompts) <= _MAX_PROMPTS:
        raise SlackError("invalid_arguments", "prompts: 1 to 4")
    for prompt in prompts:
        if not isinstance(prompt, dict) or set(prompt) != {"title", "message"}:
            raise SlackError("invalid_arguments", "a prompt has a title and a message")
    channel.session(thread_ts).prompts = prompts
    titles = "\n".join(str(prompt["title"]) for prompt in prompts)
    call.world.show_session(call.workspace, channel, thread_ts, "session", titles)
    return {}


def set_title(call: Call) -> Json:
    """Name the thread in the person's list."""
    channel, thread_ts = _thread(call)
    channel.session(thread_ts).title = call.text("title")
    call.world.show_session(call.workspace, channel, thread_ts, "session", call.text("title"))
    return {}


def set_session_status(call: Call) -> Json:
    """Move an agent session; `processing` shows the person a Stop button."""
    status = call.text("status")
    if status not in SESSION_STATUSES:
        raise SlackError("invalid_arguments", f"status must be one of {SESSION_STATUSES}")
    if len(call.text("title")) > _MAX_TITLE:
        raise SlackError("invalid_arguments", "title: at most 200 characters")
    channel, thread_ts = _thread(call)
    initiator = call.text("initiator_user_id")
    if initiator and initiator not in channel.members:
        raise SlackError("user_not_found")
    read_guise(call)
    session = channel.session(thread_ts)
    if session.status is None:
        session.title = call.text("title") or session.title
    set_session(call, channel, thread_ts, status)
    if "agent_session_stopped" in call.world.app.events:
        return {}
    return {"warning": "missing_agent_session_stopped_event_subscription"}


def set_session(call: Call, channel: Channel, thread_ts: str, status: str) -> None:
    """Change the status and show it."""
    channel.session(thread_ts).status = status
    call.world.show_session(call.workspace, channel, thread_ts, "session", status)


def _thread(call: Call) -> tuple[Channel, str]:
    channel = call.channel("channel_id")
    if call.workspace.bot_user_id not in channel.members:
        raise SlackError("channel_not_found")
    message = channel.public(call.text("thread_ts"))
    if message is None:
        raise SlackError("invalid_thread_ts")
    return channel, message.thread


HANDLERS: dict[str, Handler] = {
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setSuggestedPrompts": set_suggested_prompts,
    "assistant.threads.setTitle": set_title,
    "agents.sessions.setStatus": set_session_status,
}
