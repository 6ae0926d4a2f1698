"""conversations.* and users.conversations: what was said, where, and who is there."""

from typing import TypeVar

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.message import Message
from bot.sandbox.webapi.call import Call, Handler, Json, SlackError

_SCOPE_PREFIX = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
# What each is called where the method takes several kinds. A group direct message is none of the sandbox's.
_KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
_MAX_PAGE = 999

T = TypeVar("T")


def replies(call: Call) -> Json:
    """A thread, oldest first, beginning with its first message."""
    channel = call.channel()
    _require(call, channel, "history")
    anchor = channel.public(call.text("ts"))
    if anchor is None:
        raise SlackError("thread_not_found")
    parent = channel.public(anchor.thread)
    thread = ([parent] if parent else []) + channel.replies(anchor.thread)
    chosen, cursor = _page(call, _between(call, thread), 1_000)
    return _messages(call, channel, chosen, cursor)


def history(call: Call) -> Json:
    """A channel's messages, newest first, without the replies in threads."""
    channel = call.joined_channel()
    _require(call, channel, "history")
    newest = [
        message
        for message in reversed(channel.messages.values())
        if not message.ephemeral_to and message.thread == message.ts
    ]
    chosen, cursor = _page(call, _between(call, newest), 100)
    return _messages(call, channel, chosen, cursor)


def info(call: Call) -> Json:
    """What a channel is."""
    channel = call.channel()
    _require(call, channel, "read")
    wire = channel_wire(call, channel)
    if call.arguments.get("include_num_members"):
        wire["num_members"] = len(channel.members)
    return {"channel": wire}


def members(call: Call) -> Json:
    """The ids of everyone in a channel, the app's bot user included."""
    channel = call.channel()
    _require(call, channel, "read")
    if call.arguments.get("limit", 100) < 1:
        raise SlackError("invalid_limit")
    chosen, cursor = _page(call, sorted(channel.members), 100)
    return {"members": chosen, "response_metadata": {"next_cursor": cursor}}


def of_person(call: Call) -> Json:
    """The conversations that somebody is in, the app itself as a rule; of another person's those that
    are not public only where the app is in them too. Less is told of each than by `info`."""
    bot = call.workspace.bot_user_id
    kinds = [one.strip() for one in (call.text("types") or "public_channel").split(",")]
    if not set(kinds) <= _KINDS.keys():
        raise SlackError("invalid_types")
    for kind in kinds:
        call.require_scope(f"{_SCOPE_PREFIX[_KINDS[kind]]}:read")
    if call.arguments.get("limit", 100) < 1:
        raise SlackError("invalid_limit")
    wanted = {_KINDS[kind] for kind in kinds}
    found = [
        channel
        for _, channel in sorted(call.workspace.channels.items())
        if channel.kind in wanted
        and (call.text("user") or bot) in channel.members
        and (channel.kind == "channel" or bot in channel.members)
        and not (channel.archived and call.arguments.get("exclude_archived"))
    ]
    chosen, cursor = _page(call, found, 100)
    wires = [channel_wire(call, channel) for channel in chosen]
    told = [{name: wire[name] for name in wire if name != "is_member"} for wire in wires]
    return {"channels": told, "response_metadata": {"next_cursor": cursor}}


def open_conversation(call: Call) -> Json:
    """The direct message with a person."""
    if call.text("channel"):
        channel: Channel | None = call.channel()
    else:
        users = [user for user in call.text("users").split(",") if user]
        if not users:
            raise SlackError("users_list_not_supplied")
        if len(users) > 1:
            raise SlackError("too_many_users", "the sandbox has no group direct messages")
        if users[0] not in call.workspace.persons:
            raise SlackError("user_not_found")
        channel = call.workspace.direct_message(users[0])
    if channel is None or channel.kind != "im":
        raise SlackError("channel_not_found")
    full = call.arguments.get("return_im")
    wire = channel_wire(call, channel) if full else {"id": channel.id}
    return {"no_op": True, "already_open": True, "channel": wire}


def channel_wire(call: Call, channel: Channel) -> Json:
    """The channel object."""
    shared = [channel.shared_with] if channel.shared_with else []
    wire: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_shared": bool(shared),
        "is_ext_shared": bool(shared),
        "is_org_shared": False,
        "context_team_id": call.workspace.id,
        "shared_team_ids": [call.workspace.id, *shared],
    }
    if channel.kind == "im":
        person = next(iter(channel.members - {call.workspace.bot_user_id}))
        return wire | {"user": person, "is_open": True}
    name = {"name": channel.name, "name_normalized": channel.name, "creator": channel.creator}
    is_member = call.workspace.bot_user_id in channel.members
    return wire | name | {"is_member": is_member, "is_general": channel.name == "general"}


def _require(call: Call, channel: Channel, what: str) -> None:
    call.require_scope(f"{_SCOPE_PREFIX[channel.kind]}:{what}")


def _between(call: Call, messages: list[Message]) -> list[Message]:
    """Only those between `oldest` and `latest`; the ends count when `inclusive`."""
    bounds = []
    for name in ("oldest", "latest"):
        value = call.text(name)
        try:
            bounds.append(float(value) if value and value != "now" else None)
        except ValueError:
            raise SlackError(f"invalid_ts_{name}") from None
    oldest, latest = bounds
    inclusive = bool(call.arguments.get("inclusive"))

    def inside(message: Message) -> bool:
        at = float(message.ts)
        after = oldest is None or at > oldest or (inclusive and at == oldest)
        before = latest is None or at < latest or (inclusive and at == latest)
        return after and before

    return [message for message in messages if inside(message)]


def _page(call: Call, items: list[T], usual: int) -> tuple[list[T], str]:
    cursor = call.text("cursor")
    if cursor and not cursor.removeprefix("next:").isdigit():
        raise SlackError("invalid_cursor")
    start = int(cursor.removeprefix("next:") or 0)
    limit = min(max(int(call.arguments.get("limit") or usual), 1), _MAX_PAGE)
    more = len(items) > start + limit
    return items[start : start + limit], f"next:{start + limit}" if more else ""


def _messages(call: Call, channel: Channel, chosen: list[Message], cursor: str) -> Json:
    with_metadata = bool(call.arguments.get("include_all_metadata"))
    wires = [_with_thread(channel, message, with_metadata) for message in chosen]
    answer: Json = {"messages": wires, "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _with_thread(channel: Channel, message: Message, with_metadata: bool) -> Json:
    wire = message.to_wire(with_metadata=with_metadata)
    if message.thread != message.ts:
        parent = channel.public(message.thread)
        return wire | ({"parent_user_id": parent.user} if parent else {})
    if found := channel.replies(message.ts):
        users = list(dict.fromkeys(reply.user for reply in found))
        wire |= {"thread_ts": message.ts, "reply_count": len(found)}
        wire |= {"reply_users": users, "reply_users_count": len(users)}
        wire["latest_reply"] = found[-1].ts
    return wire


HANDLERS: dict[str, Handler] = {
    "conversations.replies": replies,
    "conversations.history": history,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.open": open_conversation,
    "users.conversations": of_person,
}
