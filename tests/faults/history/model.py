"""What happened in a run: what was said, done to it, delivered, seen, and stored. Pure data."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A person's message. *token* stands in a question and has to come back in its answer.

    *poison*: the message that kills whoever works on it; nobody answers it, its author is told.
    *stopped*: its author pressed Stop. *command*: it was typed as `/ask`, so *ts* and *thread* are of
    the message in which the app repeats it, empty where it never did; *accepted*: with a 200.
    """

    workspace: str
    channel: str
    ts: str
    thread: str
    at: float  # epoch seconds
    token: str = ""
    poison: bool = False
    stopped: bool = False
    command: bool = False
    accepted: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent, with *name* in it; *saved* counts what came of it."""

    workspace: str
    at: float
    name: str
    accepted: bool
    saved: int = 0


@dataclass(frozen=True, slots=True)
class Private:
    """A command whose answer only its person sees."""

    workspace: str
    person: str
    at: float
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which something was broken on purpose. Times are epoch seconds.

    *excuses*: `acks`, where an answer to Slack may fail or be late meanwhile; `answers`, where what
    was said meanwhile may be lost or said twice (a failover that loses the last second); `turns`,
    where work may stand still meanwhile; `models`, where an answer may be an apology. *held*: the conversations (workspace, channel and thread)
    that a worker had when it was killed.
    """

    fault: str
    began: float
    ended: float
    excuses: tuple[str, ...] = ()
    note: str = ""
    held: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try of Slack's to bring one event; *status* as docs/sandbox.md says."""

    event_id: str
    kind: str
    workspace: str
    attempt: int
    sent_at: float
    took_ms: float
    status: str
    ts: str = ""  # of the message that it tells of

    @property
    def acknowledged(self) -> bool:
        return self.status == "acked" or self.status.startswith("2")

    @property
    def ended_at(self) -> float:
        return self.sent_at + self.took_ms / 1000


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands in the end."""

    workspace: str
    channel: str
    thread_ts: str
    ts: str
    is_app: bool
    text: str
    streaming: bool = False
    only_for: str = ""  # the one person who sees it


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database holds in the end of one workspace."""

    workspace: str
    inbox: dict[str, str]  # event id: state
    turns: dict[str, tuple[str, float]]  # channel:ts: state, epoch seconds of the end (0: none)
    outbox: dict[str, int]  # state: how many


@dataclass(slots=True)
class History:
    """A whole run. `canaries` by workspace; `audit` holds what `aegis audit verify` complains of when
    it knows the database alone, `gaps` the tenants it calls broken when it is shown the checkpoints
    outside; `lost_checkpoints` are those of which it has to say so."""

    seed: int
    began: float
    ended: float = 0.0
    said: list[Said] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    canaries: dict[str, str] = field(default_factory=dict)
    mailboxes: int = 0
    audit: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    lost_checkpoints: list[str] = field(default_factory=list)
    load_ended: float = 0.0  # when the last was said
    forms: list[Form] = field(default_factory=list)
    private: list[Private] = field(default_factory=list)

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> "History":
        """What `as_json` wrote, to be checked again."""
        given: Json = json.loads(text)
        kinds: dict[str, Any] = {
            "said": Said,
            "forms": Form,
            "private": Private,
            "windows": Window,
            "deliveries": Delivery,
            "messages": Message,
            "stored": Stored,
        }
        for name, kind in kinds.items():
            given[name] = [kind(**_tuples(each)) for each in given.get(name, [])]
        return cls(**given)


def _tuples(given: Json) -> Json:
    """JSON knows no tuples: where a field holds them, they are made again."""
    if "excuses" in given:
        return given | {name: tuple(given.get(name, ())) for name in ("excuses", "held")}
    if "turns" in given:
        return given | {"turns": {key: tuple(turn) for key, turn in given["turns"].items()}}
    return given
