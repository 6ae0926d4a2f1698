"""Mailboxes and what lies in them. One conversation is one mailbox; its events keep their order."""

from dataclasses import dataclass
from typing import Literal

from core.kernel.ids import TenantId

# `view`: a modal sent. `shortcut`: a shortcut used. `task`: work that the product gives itself.
Kind = Literal["event", "command", "action", "view", "shortcut", "task"]

# After this many tries an event is set aside, and the person and the log are told.
MAX_ATTEMPTS = 5
_BACKOFF_SECONDS = (0.5, 2.0, 8.0, 30.0)


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
    """A stored event. `attempts` counts the tries before this one."""

    id: int
    event_id: str
    kind: Kind
    payload: str
    attempts: int


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


def backoff_seconds(attempts: int, jitter: float) -> float:
    """How long to wait after *attempts* failed tries; *jitter* in [0, 1) spreads the herd."""
    base = _BACKOFF_SECONDS[min(attempts, len(_BACKOFF_SECONDS)) - 1]
    return base * (0.75 + jitter / 2)
