"""Questions that found nothing, and those that ask for the same. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.conversations.claims.wording import wording_of

ALIKE = 0.5  # of the telling words of two questions together, the share that both have


@dataclass(frozen=True, slots=True)
class Gap:
    """One question that the documents did not answer, asked of *agent* (a key)."""

    turn_id: str
    question: str
    agent: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Lack:
    """What the documents lack, as several have asked for it: the newest question first."""

    gaps: tuple[Gap, ...]

    @property
    def newest(self) -> Gap:
        return self.gaps[0]

    def has(self, turn_id: str) -> bool:
        return any(gap.turn_id == turn_id for gap in self.gaps)


def lacks(gaps: Iterable[Gap]) -> list[Lack]:
    """*gaps* come newest first; the most asked for comes first, of two alike the newer."""
    groups: list[tuple[frozenset[str], list[Gap]]] = []
    for gap in gaps:
        stems = wording_of(gap.question).stems
        group = next((held for words, held in groups if _alike(words, stems)), None)
        if group is None:
            groups.append((stems, [gap]))
        else:
            group.append(gap)
    groups.sort(key=lambda entry: len(entry[1]), reverse=True)
    return [Lack(tuple(held)) for _, held in groups]


def _alike(some: frozenset[str], others: frozenset[str]) -> bool:
    return bool(some & others) and len(some & others) >= ALIKE * len(some | others)
