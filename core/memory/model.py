"""Memories: what agents were asked to keep, and what a turn is told of them. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.gateway.foreign_text import without_invisible
from core.kernel.errors import Invalid

LONGEST = 300  # characters of one
KEEP_DAYS = 365  # at most; the card may say fewer
MOST_OF_ONE = 100  # about one person, and about the company
_WORD = re.compile(r"\w+")
# The `about` of what is kept about the company.
COMPANY = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """One thing kept. *about* is a person's id, or `COMPANY`; *agent* is the key of the one agent
    that is told, or empty: all are."""

    memory_id: str
    about: str
    agent: str
    body: str
    created_at: datetime
    expires_at: datetime | None

    @property
    def line(self) -> str:
        """As a model is told of it, with whose words they are."""
        whose = "The person who asks said" if self.about else "Kept for the company"
        return f"{whose}: {self.body}"


def tidied(text: str) -> str:
    """*text* in one line, without what cannot be seen. Raises Invalid when it is no memory."""
    tidy = " ".join(without_invisible(text).split())
    if not tidy:
        raise Invalid("There is nothing to keep.")
    if len(tidy) > LONGEST:
        raise Invalid(f"What is kept has at most {LONGEST} characters. Please say it shorter.")
    return tidy


def alike(one: str, other: str) -> bool:
    """Whether two texts say the same but for case and spacing."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def fittest(memories: Iterable[Memory], question: str) -> tuple[Memory, ...]:
    """Those that share most words with *question* first, then the newest: a prompt takes the first
    that fit."""
    asked = _words(question)
    return tuple(sorted(memories, key=lambda m: (-len(asked & _words(m.body)), -_age(m))))


def _words(text: str) -> set[str]:
    """Words of some length; the short ones are everywhere."""
    return {word for word in _WORD.findall(text.casefold()) if len(word) > 3}


def _age(memory: Memory) -> float:
    return memory.created_at.timestamp()
