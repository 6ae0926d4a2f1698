"""One call of a method, and the ways it can be refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.installing.tokens import Token
from bot.sandbox.model.message import Message
from bot.sandbox.model.people import Workspace
from bot.sandbox.model.world import World

Json = dict[str, Any]


class SlackError(Exception):
    """A refusal in Slack's own words: `error`, and messages for `response_metadata`."""

    def __init__(self, error: str, *messages: str, **extra: str) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.extra = extra

    def to_wire(self) -> Json:
        """The body of the answer; the HTTP status stays 200, as Slack's does."""
        wire: Json = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            wire["response_metadata"] = {"messages": [f"[ERROR] {m}" for m in self.messages]}
        return wire


@dataclass(frozen=True)
class Call:
    """Checked arguments, the token, and the workspace it speaks for in this call."""

    world: World
    token: Token
    workspace: Workspace
    arguments: Json

    def text(self, name: str) -> str:
        """A string argument, empty when it was not given."""
        return str(self.arguments.get(name) or "")

    def channel(self, name: str = "channel") -> Channel:
        """The channel the argument names, if the app can know it.

        Raises:
            SlackError: `channel_not_found`, also for private channels the app is not in.
        """
        channel = self.workspace.channels.get(self.text(name))
        if channel is None:
            raise SlackError("channel_not_found")
        if channel.kind != "channel" and self.workspace.bot_user_id not in channel.members:
            raise SlackError("channel_not_found")
        return channel

    def joined_channel(self, name: str = "channel") -> Channel:
        """The same, when the method needs the app to be a member."""
        channel = self.channel(name)
        if self.workspace.bot_user_id not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def open_channel(self, name: str = "channel") -> Channel:
        """The same, when the method writes.

        Raises:
            SlackError: `is_archived`.
        """
        channel = self.joined_channel(name)
        if channel.archived:
            raise SlackError("is_archived")
        return channel

    def own_message(self, channel: Channel, ts: str, not_own: str) -> Message:
        """A message the app itself wrote.

        Raises:
            SlackError: `message_not_found`, or `not_own` when somebody else wrote it.
        """
        message = channel.public(ts)
        if message is None:
            raise SlackError("message_not_found")
        if message.bot_id != self.workspace.bot_id:
            raise SlackError(not_own)
        return message

    def require_scope(self, *scopes: str) -> None:
        """Refuse unless the app was granted one of these."""
        require_scope(self.token, *scopes)


@dataclass(frozen=True)
class TokenCall:
    """A call about the token itself, whichever workspaces it speaks for."""

    world: World
    token: Token
    arguments: Json


def require_scope(token: Token, *scopes: str) -> None:
    """Refuse unless the token was granted one of these.

    Raises:
        SlackError: `missing_scope`.
    """
    if not token.scopes.intersection(scopes):
        provided = ",".join(sorted(token.scopes))
        raise SlackError("missing_scope", needed=",".join(scopes), provided=provided)


Handler = Callable[[Call], Json]
TokenHandler = Callable[[TokenCall], Json]
