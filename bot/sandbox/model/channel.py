"""A conversation: a public or private channel, or a direct message with the app."""

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.model.message import Message

ChannelKind = Literal["channel", "group", "im"]

# The sandbox lives in memory: a conversation keeps this many messages and forgets the oldest.
KEPT_MESSAGES = 2_000
KEPT_SESSIONS = 500


@dataclass(kw_only=True)
class Session:
    """An agent session: what Slack shows about the agent's work in one thread."""

    status: str | None = None
    title: str | None = None
    thinking: str = ""
    thinking_until: float = 0.0
    loading_messages: list[str] = field(default_factory=list)
    prompts: list[dict[str, str]] = field(default_factory=list)

    def to_wire(self) -> dict[str, Any]:
        """What the page shows; not part of Slack's API."""
        return {
            "status": self.status,
            "title": self.title,
            "thinking": self.thinking,
            "loading_messages": self.loading_messages,
            "prompts": self.prompts,
            "stoppable": self.status == "processing",
        }


@dataclass(kw_only=True)
class Channel:
    """Members see it, others do not. `shared_with` is the other company's team id."""

    id: str
    name: str
    kind: ChannelKind
    creator: str
    created: int
    members: set[str] = field(default_factory=set)
    shared_with: str | None = None
    archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How a script names it: `#general`, or `dm`."""
        return "dm" if self.kind == "im" else f"#{self.name}"

    def add(self, message: Message) -> None:
        """Append; timestamps rise, so the order of insertion is the order of time."""
        self.messages[message.ts] = message
        while len(self.messages) > KEPT_MESSAGES:
            del self.messages[next(iter(self.messages))]

    def public(self, ts: str) -> Message | None:
        """The message everyone in the channel sees at `ts`, if there is one."""
        message = self.messages.get(ts)
        return message if message is not None and message.ephemeral_to is None else None

    def replies(self, thread_ts: str) -> list[Message]:
        """The public replies in a thread, oldest first, without its first message."""
        return [
            message
            for message in self.messages.values()
            if message.thread_ts == thread_ts
            and message.ts != thread_ts
            and not message.ephemeral_to
        ]

    def session(self, thread_ts: str) -> Session:
        """The agent session of a thread, made when first asked for."""
        if thread_ts not in self.sessions and len(self.sessions) >= KEPT_SESSIONS:
            del self.sessions[next(iter(self.sessions))]
        return self.sessions.setdefault(thread_ts, Session())
