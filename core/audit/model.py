"""What the audit log holds, how far it is signed, and what a verification has to say of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

FIRST_PREVIOUS = "0" * 64  # what the first row of a chain carries as the hash before it
CHECKPOINT_KIND = "audit checkpoint"
CUT = "audit:log:cut"  # the act of retention; its row says where the log begins from now on


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One row as a person reads it."""

    seq: int
    at: datetime
    action: str
    actor: str
    outcome: str
    reference: str
    arguments: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which rows are wanted; None is any. *action* may be a beginning: `knowledge`, or
    `knowledge:document`."""

    agent: str | None = None
    person: str | None = None
    action: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    """One row as it is hashed. Nothing of it is believed: a column may hold what it never should,
    so *at* is None for a time that no row of ours can have."""

    seq: int
    at: datetime | None
    action: str
    actor: str
    outcome: str
    reference: str
    arguments: str
    detail: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A tenant's line in the switchboard: the head, and where retention has cut."""

    seq: int
    head: str
    base_seq: int = 0
    base_hash: str = FIRST_PREVIOUS


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement: at this moment the tenant's chain reached row *seq*, whose hash is
    *head*."""

    tenant_id: str
    seq: int
    head: str
    at: datetime
    key_id: str
    signature: str


FlawKind = Literal["altered", "moved", "missing", "rewritten", "head", "cut", "forged"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place where a chain does not hold, with the number of the row and words for people."""

    seq: int
    kind: FlawKind
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verification of one tenant's log found.

    *younger* rows have no checkpoint yet: should they vanish, nothing outside would know of them.
    """

    rows: int
    first_seq: int
    last_seq: int
    younger: int
    sealed_at: datetime | None
    flaws: tuple[Flaw, ...]

    @property
    def holds(self) -> bool:
        return not self.flaws
