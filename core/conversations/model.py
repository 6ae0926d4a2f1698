"""Conversations, turns and the messages that carry them. Pure."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal

from core.conversations.claims.check import Basis
from core.gateway.model import Passage
from core.gateway.tools.steps import ToolStep
from core.kernel.addresses import NO_ADDRESSES, AllowedAddresses

TurnState = Literal["open", "stopping", "waiting", "answered", "done", "failed"]
# Who reads a question that no document answers: whoever asked it alone, or the admins too.
GapState = Literal["open", "told"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: a thread of a channel or direct message, and whom it is for.

    `asked_ts` is the message that asks, where it is not the thread's first one. `said_there`: that
    message is the person's own, and Slack has just told us of it. It says that they are in the channel,
    as no command, shortcut or window does.
    """

    team_id: str
    channel: str
    thread_ts: str
    person_id: str
    private: bool
    asked_ts: str | None = None
    said_there: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """Where a question was asked from; with *text* the words of the message it is about, which *by*
    wrote. They are anybody's words: data, and no order. Shared, its answer goes to the channel, into
    the thread if there is one."""

    channel: str
    thread_ts: str | None = None
    text: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class DrewOn:
    """What an answer was made from, as far as showing it to others asks: which documents, whether
    anything else was for the asker's eyes alone, whether a tool *looked* into the workspace's documents,
    what is kept about the *company* went into it, and how many documents were *withheld* from it, because
    others read it. *facts*: what of the company's it was told, each as a keyed digest."""

    documents: tuple[str, ...] = ()
    own: bool = False
    looked: bool = False
    company: bool = False
    withheld: int = 0
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asked. `event_key` names the message, so that two events of it are one turn.

    With `agent` (a key) it was chosen already, and `because` says why, in words.
    """

    event: int
    event_key: str
    place: Place
    text: str
    agent: str | None = None
    because: str = ""
    about: About | None = None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Under which name and icon a message stands."""

    name: str
    icon_emoji: str


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered place in a document that an answer cites: its chunks from *first* to *last*. Without
    a *document_id* it is no document's, or from before these were noted. *score* is that of the search
    it was found by, comparable within one answer; older answers have none."""

    number: int
    title: str
    page: int | None
    heading: str
    score: float | None = None
    document_id: str = ""
    first: int = 0
    last: int = 0

    @classmethod
    def of(cls, passage: Passage) -> "Source":
        return cls(
            passage.number,
            passage.title,
            passage.page,
            passage.heading,
            passage.score,
            *passage.where,
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer, as stored. `choice` says why this agent has it, in words.

    `taken` is the number under which this worker took it up: whoever comes next gets a higher one,
    and from then on this one writes nothing of the turn any more (a fencing token).
    """

    turn_id: str
    conversation_id: int
    agent: str
    question: str
    state: TurnState
    answer: str | None
    sources: tuple[Source, ...]
    choice: str = ""
    taken: int = 0
    about: About | None = None

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed")


@dataclass(frozen=True, slots=True)
class LostTurn:
    """A turn under way that no event belongs to any more: nobody goes on with it."""

    event_key: str
    person_id: str
    channel: str
    thread_ts: str
    is_stopping: bool


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

    `attempts` counts how often Slack was asked; `reason` is why it was refused for good; `since` is
    when the row was made, in epoch seconds: Slack has made the message later, if at all.
    """

    state: Literal["waiting", "sending", "streaming", "sent", "failed"]
    message_ts: str | None
    attempts: int
    reason: str
    since: float


@dataclass(slots=True)
class Part:
    """One Slack message of an answer. `message_ts` is None while it is not known to exist. One that
    `streams` was begun as a stream, which may still be open."""

    key: str
    message_ts: str | None = None
    streams: bool = False


@dataclass(slots=True)
class Draft:
    """An answer as it grows."""

    text: str = ""
    model: str = ""
    sources: tuple[Source, ...] = field(default=())
    trouble: Exception | None = None  # why it can be shown no further for now
    waiting: tuple[ToolStep, ...] = ()  # calls of tools that need a yes before it goes on
    allowed: AllowedAddresses = NO_ADDRESSES  # which links of it may be live
    basis: Basis | None = None  # what its claims are held against; None: nothing to cite
    gap: GapState | None = None  # set where it says that the documents hold nothing on the question
    drew_on: DrewOn | None = None  # None: nobody noted it, so it is not shared
    # Held by whoever shows more of it.
    writing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)
