"""How much of each section a prompt carries, in characters (a token is about four of them)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.gateway.model import Exchange, Passage, Step, ToolSpec


@dataclass(frozen=True, slots=True)
class Room:
    """Characters a section may take. At four a token, the sum stays under 30,000 tokens."""

    company: int = 4_000
    instructions: int = 6_000
    memory: int = 2_000
    tools: int = 32_000
    passages: int = 16_000
    passage: int = 4_000
    summary: int = 2_400
    thread: int = 6_000
    message: int = 2_000
    question: int = 8_000
    steps: int = 24_000
    result: int = 8_000
    said: int = 6_000


def shortened(text: str, limit: int) -> str:
    """*text* within *limit* characters: its beginning and its end, and a mark between them."""
    if len(text) <= limit:
        return text
    mark = "\n[… left out …]\n"
    kept = max(limit - len(mark), 0)
    tail = kept // 4
    return text[: kept - tail] + mark + text[len(text) - tail :]


def best_passages(passages: Sequence[Passage], room: Room) -> tuple[Passage, ...]:
    """The first passages that fit; they arrive best first."""
    kept: list[Passage] = []
    left = room.passages
    for passage in passages:
        text = shortened(passage.text, room.passage)
        left -= len(text) + len(passage.title) + len(passage.heading)
        if left < 0:
            break
        kept.append(replace(passage, text=text))
    return tuple(kept)


def latest_exchanges(thread: Sequence[Exchange], room: Room) -> tuple[Exchange, ...]:
    """The end of the thread that fits: the oldest messages are left out first."""
    kept: list[Exchange] = []
    left = room.thread
    for exchange in reversed(thread):
        text = shortened(exchange.text, room.message)
        left -= len(text)
        if left < 0:
            break
        kept.append(replace(exchange, text=text))
    return tuple(reversed(kept))


def first_lines(lines: Sequence[str], limit: int) -> tuple[str, ...]:
    """The first ones that fit, none of them cut."""
    kept: list[str] = []
    left = limit
    for line in lines:
        left -= len(line)
        if left < 0:
            break
        kept.append(line)
    return tuple(kept)


def first_tools(tools: Sequence[ToolSpec], limit: int) -> tuple[ToolSpec, ...]:
    """The first ones that fit, each whole; our own stand before those of servers. One that is not
    shown is not called."""
    kept: list[ToolSpec] = []
    left = limit
    for tool in tools:
        size = len(tool.name) + len(tool.description) + len(str(tool.parameters))
        if size <= left:
            kept.append(tool)
            left -= size
    return tuple(kept)


def latest_steps(steps: Sequence[Step], room: Room) -> tuple[Step, ...]:
    """Every step, because a call without its result is refused by vendors: results are cut, those of
    earlier steps first and hardest."""
    kept: list[Step] = []
    left = room.steps
    for step in reversed(steps):
        limit = min(room.result, max(left // max(len(step.results), 1), 200))
        results = tuple(
            replace(result, text=shortened(result.text, limit)) for result in step.results
        )
        left -= sum(len(result.text) for result in results)
        kept.append(replace(step, results=results))
    return tuple(reversed(kept))
