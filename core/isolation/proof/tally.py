"""The running account of a proof: how many attempts, and which of them failed it."""

from collections import Counter
from dataclasses import dataclass, field

from core.isolation.model import FAILURES, Failure, Outcome


@dataclass(slots=True)
class Tally:
    tables: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    failures: dict[Failure, int] = field(default_factory=dict)  # each with how often it happened
    notes: list[str] = field(default_factory=list)

    @property
    def attempts(self) -> int:
        return self.outcomes.total()

    def count(self, outcome: Outcome, name: str, why: str = "") -> None:
        """One attempt. A failure is named without tenants, so that twenty of them are one line."""
        self.outcomes[outcome] += 1
        if outcome in FAILURES:
            failure = Failure(outcome, name, why)
            self.failures[failure] = self.failures.get(failure, 0) + 1
