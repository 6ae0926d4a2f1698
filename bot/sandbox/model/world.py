"""All the workspaces together, and what happens in them: the one place that changes them."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from bot.sandbox.model.channel import Channel, Session
from bot.sandbox.model.feed import ChangeKind, Feed
from bot.sandbox.model.ids import Timestamps
from bot.sandbox.model.message import Message
from bot.sandbox.model.people import App, Person, Workspace
from bot.sandbox.model.rendering import visible_text

Json = dict[str, Any]
# Told about each event the app may be subscribed to; the courier listens.
EventListener = Callable[[Workspace, Channel, Json], None]

THINKING_S = 120.0


class World:
    """Workspaces behind one base URL; a token decides which one a call means."""

    def __init__(
        self,
        app: App,
        workspaces: list[Workspace],
        *,
        stream_age_s: float,
        keeps_metadata: bool = True,
    ) -> None:
        self.app = app
        self.workspaces = {workspace.id: workspace for workspace in workspaces}
        self.feed = Feed()
        self.timestamps = Timestamps()
        self.stream_age_s = stream_age_s
        self.keeps_metadata = keeps_metadata
        self.url = ""
        self.on_event: EventListener = lambda workspace, channel, event: None

    def find_workspace(self, id_or_name: str) -> Workspace | None:
        """By team id or by the short name scripts use."""
        return next(
            (w for w in self.workspaces.values() if id_or_name in (w.id, w.name)),
            None,
        )

    def workspace_of_token(self, token: str) -> Workspace | None:
        """The workspace whose bot token this is."""
        return next((w for w in self.workspaces.values() if w.bot_token == token), None)

    def name_of(self, workspace: Workspace, user_id: str) -> str:
        """A person's short name, or the app's name for its bot user."""
        if user_id == workspace.bot_user_id:
            return self.app.name
        return workspace.name_of(user_id) or user_id

    def read(self, workspace: Workspace, message: Message) -> str:
        """What the message says, as a person reads it."""
        text = visible_text(
            message.text, message.blocks, lambda user: self.name_of(workspace, user)
        )
        names = [f"[{file.name}]" for file in message.files]
        return "\n".join(part for part in (text, *names) if part)

    def post(
        self, workspace: Workspace, channel: Channel, message: Message, kind: ChangeKind = "message"
    ) -> None:
        """Add a message to the channel, show it, and tell the app about it."""
        channel.add(message)
        if message.bot_id and not message.ephemeral_to:
            self.think(workspace, channel, message.thread, "", [])
        self.show(workspace, channel, message, kind)
        if not message.ephemeral_to:
            self.on_event(workspace, channel, message_event(channel, message))

    def edit(
        self,
        workspace: Workspace,
        channel: Channel,
        message: Message,
        before: Json,
        kind: ChangeKind,
    ) -> None:
        """Show a message that was changed in place; `before` is its earlier wire form."""
        self.show(workspace, channel, message, kind)
        if not message.ephemeral_to:
            changed = {"message": message.to_wire(), "previous_message": before}
            self._announce(workspace, channel, "message_changed", changed)

    def remove(self, workspace: Workspace, channel: Channel, message: Message) -> None:
        """Take a message away from everyone who saw it."""
        message.deleted = True
        channel.messages.pop(message.ts, None)
        self.show(workspace, channel, message, "delete", text="")
        if not message.ephemeral_to:
            gone = {"deleted_ts": message.ts, "previous_message": message.to_wire()}
            self._announce(workspace, channel, "message_deleted", gone)

    def show(
        self,
        workspace: Workspace,
        channel: Channel,
        message: Message,
        kind: ChangeKind,
        text: str | None = None,
    ) -> None:
        """Put a change of this message into the feed of those who may see it."""
        seers = {message.ephemeral_to} if message.ephemeral_to else channel.members
        self.feed.publish(
            **_place(workspace, channel),
            thread=message.thread_ts,
            ts=message.ts,
            seen_by=workspace.names_of(seers),
            author=message.username or self.name_of(workspace, message.user),
            kind=kind,
            text=self.read(workspace, message) if text is None else text,
            message=message,
            session=None,
        )

    def show_session(
        self, workspace: Workspace, channel: Channel, thread_ts: str, kind: ChangeKind, text: str
    ) -> None:
        """Put a change of an agent session (or of its “is thinking…”) into the feed."""
        self.feed.publish(
            **_place(workspace, channel),
            thread=thread_ts,
            ts=None,
            seen_by=workspace.names_of(channel.members),
            author=self.app.name,
            kind=kind,
            text=text,
            message=None,
            session=channel.session(thread_ts).to_wire(),
        )

    def think(
        self, workspace: Workspace, channel: Channel, thread_ts: str, text: str, loading: list[str]
    ) -> None:
        """Show “is thinking…” in the thread; the empty text takes it away, so do two minutes."""
        session = channel.sessions.get(thread_ts)
        if not text and (session is None or not session.thinking):
            return
        session = channel.session(thread_ts)
        session.thinking, session.loading_messages = text, loading
        session.thinking_until = time.monotonic() + THINKING_S if text else 0.0
        self.show_session(workspace, channel, thread_ts, "status", text)
        if text:
            later = asyncio.get_running_loop().call_later
            later(THINKING_S, self._forget_thinking, workspace, channel, thread_ts, session)

    def _forget_thinking(
        self, workspace: Workspace, channel: Channel, thread_ts: str, session: Session
    ) -> None:
        if session.thinking and time.monotonic() >= session.thinking_until:
            self.think(workspace, channel, thread_ts, "", [])

    def _announce(self, workspace: Workspace, channel: Channel, subtype: str, what: Json) -> None:
        event = {"type": "message", "subtype": subtype, "hidden": True, "channel": channel.id}
        ts = self.timestamps.next()
        stamp = {"channel_type": channel.kind, "ts": ts, "event_ts": ts}
        self.on_event(workspace, channel, event | what | stamp)


def may_see(channel: Channel, message: Message, person: Person) -> bool:
    """Members see what is in a channel; an ephemeral message has one reader."""
    if message.ephemeral_to:
        return message.ephemeral_to == person.id
    return person.id in channel.members


def message_event(channel: Channel, message: Message) -> Json:
    """The `message` event for something newly said."""
    event = message.to_wire()
    event |= {"channel": channel.id, "channel_type": channel.kind, "event_ts": message.ts}
    parent = channel.public(message.thread)
    if parent is not None and parent is not message:
        event["parent_user_id"] = parent.user
    if channel.shared_with:
        event |= {"user_team": message.team, "source_team": message.team}
    return event


def _place(workspace: Workspace, channel: Channel) -> Json:
    return {
        "workspace": workspace.name,
        "workspace_id": workspace.id,
        "channel": channel.label,
        "channel_id": channel.id,
    }
