"""How much of each section a prompt carries, in characters (a token is about four of them)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.gateway.model import Exchange, Passage


@dataclass(frozen=True, slots=True)
class Budget:
    """Characters a section may take. At four a token, the sum stays under 10,000 tokens."""

    instructions: int = 6_000
    passages: int = 16_000
    passage: int = 4_000
    thread: int = 6_000
    message: int = 2_000
    question: int = 8_000


def shortened(text: str, limit: int) -> str:
    """*text* within *limit* characters: its beginning and its end, and a mark between them."""
    if len(text) <= limit:
        return text
    mark = "\n[… left out …]\n"
    kept = max(limit - len(mark), 0)
    tail = kept // 4
    return text[: kept - tail] + mark + text[len(text) - tail :]


def best_passages(passages: Sequence[Passage], budget: Budget) -> tuple[Passage, ...]:
    """The first passages that fit; they arrive best first."""
    kept: list[Passage] = []
    room = budget.passages
    for passage in passages:
        text = shortened(passage.text, budget.passage)
        room -= len(text) + len(passage.title) + len(passage.heading)
        if room < 0:
            break
        kept.append(replace(passage, text=text))
    return tuple(kept)


def latest_exchanges(thread: Sequence[Exchange], budget: Budget) -> tuple[Exchange, ...]:
    """The end of the thread that fits: the oldest messages are left out first."""
    kept: list[Exchange] = []
    room = budget.thread
    for exchange in reversed(thread):
        text = shortened(exchange.text, budget.message)
        room -= len(text)
        if room < 0:
            break
        kept.append(replace(exchange, text=text))
    return tuple(reversed(kept))
