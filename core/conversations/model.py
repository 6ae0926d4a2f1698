"""Conversations, turns and the messages that carry them. Pure."""

from dataclasses import dataclass, field
from typing import Any, Literal

TurnState = Literal["open", "stopping", "answered", "done", "failed"]

# How many earlier turns of a thread go with a question.
REMEMBERED_TURNS = 6


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: a thread of a channel or direct message, and whom it is for.

    `asked_ts` is the message that asks, where it is not the thread's first one.
    """

    team_id: str
    channel: str
    thread_ts: str
    person_id: str
    private: bool
    asked_ts: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asked. `event_key` names the message, so that two events of it are one turn."""

    event: int
    event_key: str
    place: Place
    text: str
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Under which name and icon a message stands."""

    name: str
    icon_emoji: str


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered place in a document that an answer cites."""

    number: int
    title: str
    page: int | None
    heading: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer, as stored."""

    turn_id: str
    conversation_id: int
    agent: str
    question: str
    state: TurnState
    answer: str | None
    sources: tuple[Source, ...]

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to post. With `only_for` it is seen by that person alone."""

    channel: str
    text: str
    thread_ts: str | None = None
    blocks: tuple[dict[str, Any], ...] = ()
    only_for: str | None = None
    speaker: Speaker | None = None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """What is known of a message: `sending` is one that Slack may have made or not.

    `attempts` counts how often Slack was asked; `reason` is why it was refused for good.
    """

    state: Literal["waiting", "sending", "streaming", "sent", "failed"]
    message_ts: str | None
    attempts: int
    reason: str


@dataclass(slots=True)
class Part:
    """One Slack message of an answer. `message_ts` is None while it is not known to exist."""

    key: str
    message_ts: str | None = None


@dataclass(slots=True)
class Draft:
    """An answer as it grows."""

    text: str = ""
    model: str = ""
    sources: tuple[Source, ...] = field(default=())
    trouble: Exception | None = None  # why it can be shown no further for now
