"""An answer as it is looked back at. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.conversations.model import Source

Rating = Literal["good", "bad"]


@dataclass(frozen=True, slots=True)
class Taken:
    """One call of a model or a tool that went into an answer. *cost_micros* is in millionths of a US
    dollar; *seconds* is None while it is not over; *audit* is the number of the last row that the audit
    log has of a call of a tool."""

    kind: Literal["model", "tool"]
    name: str
    state: str
    input_tokens: int
    output_tokens: int
    cost_micros: int
    seconds: float | None
    detail: Mapping[str, Any]
    audit: int | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an answer is as it is. *version* is that of the agent's profile when it was asked; 0 is the
    profile as it was shipped. *choice* says why this agent took the question."""

    turn_id: str
    agent: str
    version: int
    choice: str
    model: str
    asked_at: datetime
    seconds: float | None
    sources: tuple[Source, ...]
    steps: tuple[Taken, ...]

    @property
    def tokens(self) -> int:
        return sum(step.input_tokens + step.output_tokens for step in self.steps)

    @property
    def cost_micros(self) -> int:
        return sum(step.cost_micros for step in self.steps)


@dataclass(frozen=True, slots=True)
class Tally:
    """How an agent's answers were rated."""

    agent: str
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class Rated:
    """An answer that somebody found bad, and where it stands."""

    agent: str
    question: str
    channel: str
    at: datetime
