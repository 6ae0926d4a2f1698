"""All the workspaces together, and what happens in them: the one place that changes them."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from bot.sandbox.faults.dice import Dice
from bot.sandbox.faults.switches import Faults
from bot.sandbox.model.channel import Channel, Session
from bot.sandbox.model.dialogs.homes import Homes
from bot.sandbox.model.dialogs.modals import Modals
from bot.sandbox.model.dialogs.triggers import Triggers
from bot.sandbox.model.feed import ChangeKind, Feed
from bot.sandbox.model.ids import Timestamps
from bot.sandbox.model.installing.codes import Codes
from bot.sandbox.model.installing.organization import Organization
from bot.sandbox.model.installing.tokens import Token, Tokens
from bot.sandbox.model.message import Message
from bot.sandbox.model.people import App, Person, Workspace
from bot.sandbox.model.rendering import visible_text

Json = dict[str, Any]
# Told about each event the app may be subscribed to; the courier listens.
EventListener = Callable[[Workspace, Channel | None, Json], None]
# The same for what concerns the installation, and also reaches an app that is gone.
AppEventListener = Callable[[Workspace | Organization, Json], None]

THINKING_S = 120.0


class World:
    """Workspaces behind one base URL; a token decides which one a call means."""

    def __init__(
        self,
        app: App,
        workspaces: list[Workspace],
        organizations: list[Organization] | None = None,
        *,
        faults: Faults | None = None,
        seed: int | None = None,
        keeps_metadata: bool = True,
    ) -> None:
        self.app = app
        self.workspaces: dict[str, Workspace] = {}
        self._ids: dict[str, str] = {}
        for workspace in workspaces:
            self.add_workspace(workspace)
        self.organizations = {one.id: one for one in organizations or []}
        self.tokens = Tokens()
        self.codes = Codes()
        self.triggers = Triggers()
        self.modals = Modals()
        self.homes = Homes()
        self.faults = faults or Faults()
        self.dice = Dice(seed)
        self.feed = Feed()
        self.timestamps = Timestamps()
        self.keeps_metadata = keeps_metadata
        self.url = ""
        self.on_event: EventListener = lambda workspace, channel, event: None
        self.on_app_event: AppEventListener = lambda holder, event: None

    @property
    def api_url(self) -> str:
        """Base URL of the Web API."""
        return f"{self.url}/api/"

    def add_workspace(self, workspace: Workspace) -> None:
        """One more workspace, known by its id and its short name."""
        self.workspaces[workspace.id] = workspace
        self._ids[workspace.name] = workspace.id

    def find_workspace(self, id_or_name: str) -> Workspace | None:
        """By team id or by the short name scripts use."""
        return self.workspaces.get(self._ids.get(id_or_name, id_or_name))

    def find_organization(self, id_or_name: str) -> Organization | None:
        """By enterprise id or by the short name scripts use."""
        return next(
            (one for one in self.organizations.values() if id_or_name in (one.id, one.name)), None
        )

    def organization_of(self, workspace: Workspace) -> Organization | None:
        """The organization the workspace belongs to, if it does."""
        return self.organizations.get(workspace.organization_id or "")

    def serves(self, workspace: Workspace) -> bool:
        """Whether the app is at work there, by itself or for the organization."""
        organization = self.organization_of(workspace)
        return workspace.installed or (
            organization is not None
            and organization.installed
            and workspace.id in organization.granted
        )

    def reach_of(self, token: Token) -> list[Workspace]:
        """The workspaces a token speaks for: its own, or those granted by the organization."""
        organization = self.organizations.get(token.holder)
        ids = organization.granted if organization else {token.holder}
        return [self.workspaces[id_] for id_ in sorted(ids)]

    def name_of(self, workspace: Workspace, user_id: str) -> str:
        """A person's short name, or the app's name for its bot user."""
        if user_id == workspace.bot_user_id:
            return self.app.name
        bot = workspace.bots.get(user_id)
        return workspace.name_of(user_id) or (bot.name if bot else user_id)

    def author_of(self, workspace: Workspace, message: Message) -> str:
        """Who a message is from, as its reader sees it."""
        return message.username or self.name_of(workspace, message.user)

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
        if message.app_id == self.app.id and not message.ephemeral_to:
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
        change = self.feed.publish(
            **_place(workspace, channel),
            thread=message.thread_ts,
            ts=message.ts,
            seen_by=workspace.names_of(seers),
            author=self.author_of(workspace, message),
            kind=kind,
            text=self.read(workspace, message) if text is None else text,
            message=message,
            session=None,
        )
        message.changed = change.seq

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

    def show_view(self, workspace: Workspace, person_id: str, kind: ChangeKind) -> None:
        """Say in the feed that a person's Home changed, or which modal is on top of their stack;
        the words are those of it, and none when all are closed."""
        home = self.homes.find(workspace.id, person_id)
        stack = self.modals.stack(workspace.id, person_id)
        shown = home if kind == "home" else stack[-1] if stack else None
        view = shown.view if shown else {"blocks": []}
        title = (view.get("title") or {}).get("text", "")
        read = visible_text("", view["blocks"], lambda user: self.name_of(workspace, user))
        self.feed.publish(
            workspace=workspace.name,
            workspace_id=workspace.id,
            channel="",
            channel_id="",
            thread=None,
            ts=None,
            seen_by=workspace.names_of({person_id}),
            author=self.app.name,
            kind=kind,
            text="\n".join(part for part in (title, read) if part),
            message=None,
            session=None,
        )

    def end_views(self) -> None:
        """Where the app is not at work any more, nobody sees its Home or a modal of it."""
        for workspace in self.workspaces.values():
            if not self.serves(workspace):
                for person_id in self.homes.forget(workspace.id):
                    self.show_view(workspace, person_id, "home")
                for person_id in self.modals.forget(workspace.id):
                    self.show_view(workspace, person_id, "modal")

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
