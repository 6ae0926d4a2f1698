"""Mailboxes and what lies in them. One conversation is one mailbox; its events keep their order."""

from dataclasses import dataclass
from typing import Literal

from core.kernel.ids import TenantId

# `view`: a modal sent. `shortcut`: a shortcut used. `task`: work that the product gives itself.
Kind = Literal["event", "command", "action", "view", "shortcut", "task"]

# What a worker's slots are for: talking with people, or taking in files. What takes long and keeps a
# processor busy has slots of its own, so that nobody's question waits for somebody's files.
Lane = Literal["talking", "reading"]
# How the mailboxes of the reading lane begin.
READING_PREFIX = "reading:"

# After this many tries an event is set aside, and the person and the log are told.
MAX_ATTEMPTS = 5
_BACKOFF_SECONDS = (0.5, 2.0, 8.0, 30.0)
# An event that killed so many workers has killed some in the telling as well: nobody is told by it.
MOST_DEATHS = MAX_ATTEMPTS + 2
# How long a mailbox rests after its 1st, 2nd, … worker died.
DEATH_WAITS = (0.0, 2.0, 8.0, 30.0, 0.0)
# A mailbox with so many deaths is a suspect: a worker runs no two of them at a time, so that what
# killed it and what merely ran beside it part.
SUSPECT_DEATHS = 2

# A tenant with more mailboxes that wait than this is told so, and so is the operator.
CROWDED = 200


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """What Slack sent, verified and addressed, not yet stored.

    An event that does not *wake* asks for no work: its id is remembered, and nothing else of it.
    """

    tenant_id: TenantId
    mailbox: str
    event_id: str
    kind: Kind
    payload: str
    wakes: bool = True


@dataclass(frozen=True, slots=True)
class InboxEvent:
    """A stored event. `attempts` counts the tries before this one; its age is in seconds, by the
    database's clock."""

    id: int
    event_id: str
    kind: Kind
    payload: str
    attempts: int
    age_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one worker to one mailbox, until it runs out or is given back.

    `deaths` counts the leases before this one that ended with their worker.
    """

    tenant_id: TenantId
    mailbox: str
    worker: str
    signal: int
    deaths: int = 0

    @property
    def is_suspect(self) -> bool:
        """Whether its next event may be one that kills workers."""
        return self.deaths >= SUSPECT_DEATHS


@dataclass(frozen=True, slots=True)
class Crowd:
    """A tenant with many mailboxes that wait, in this hour (UTC, as 2026-11-24T09)."""

    tenant_id: TenantId
    waiting: int
    hour: str


def backoff_seconds(attempts: int, jitter: float) -> float:
    """How long to wait after *attempts* failed tries; *jitter* in [0, 1) spreads the herd."""
    base = _BACKOFF_SECONDS[min(attempts, len(_BACKOFF_SECONDS)) - 1]
    return base * (0.75 + jitter / 2)
