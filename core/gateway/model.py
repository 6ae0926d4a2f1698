"""What goes through the gateway: a turn of an agent in, pieces of text and a last word out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

NOTHING_FOUND = "I found nothing on this in your documents."

# Some models write their citations in lenticular brackets: 【1】 or 【1†L3-L5】.
_CITATION = re.compile(r"\[(\d{1,2}(?:\s?,\s?\d{1,2})*)\]|【(\d{1,2})[^】\n]{0,20}】")


@dataclass(frozen=True, slots=True)
class Passage:
    """A numbered piece of one of the tenant's documents; *number* is what `[1]` points to."""

    number: int
    title: str
    page: int | None
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier message of the thread."""

    speaker: Literal["person", "agent"]
    text: str


@dataclass(frozen=True, slots=True)
class AgentTurn:
    """What an agent is asked, and all it may answer from."""

    agent: str
    role: str
    instructions: str
    question: str
    passages: tuple[Passage, ...] = ()
    thread: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the answer's text, in Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them; zero when it did not say."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is whole. *reason* is the provider's word: `stop`, `length`, …"""

    model: str
    provider: str
    usage: Usage = field(default_factory=Usage)
    reason: str = "stop"


def cited(passages: Iterable[Passage], answer: str) -> tuple[Passage, ...]:
    """The passages an answer points to, in the order of their numbers."""
    numbers = {
        int(number)
        for many, one in _CITATION.findall(answer)
        for number in (many.split(",") if many else [one])
    }
    return tuple(sorted((p for p in passages if p.number in numbers), key=lambda p: p.number))
