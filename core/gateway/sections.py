"""How much of each section a prompt carries, in characters (a token is about four of them)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.gateway.model import Exchange, Passage, Step, ToolSpec

LEFT_OUT = "[… left out …]"
# Of each text of a step so much stays, however little room is left: vendors want the call.
_LEAST = 200


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
    mark = f"\n{LEFT_OUT}\n"
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
    """Every step, because a call without its result is refused by vendors: words, arguments and results
    are cut, those of earlier steps first and hardest."""
    kept: list[Step] = []
    left = room.steps
    for step in reversed(steps):
        share = _Share(left, 1 + len(step.calls) + len(step.results), room.result)
        kept.append(_step_within(step, share))
        left = share.left
    return tuple(reversed(kept))


@dataclass(slots=True)
class _Share:
    """Room for so many texts. What one of them does not use is left for those after it."""

    left: int
    texts: int
    most: int

    def take(self, text: str, cut: Callable[[str, int], str] = shortened) -> str:
        short = cut(text, min(self.most, max(self.left // self.texts, _LEAST)))
        self.left -= len(short)
        self.texts -= 1
        return short


def _step_within(step: Step, share: _Share) -> Step:
    text = share.take(step.text)
    calls = tuple(
        replace(call, arguments=share.take(call.arguments, _arguments_within))
        for call in step.calls
    )
    results = tuple(replace(result, text=share.take(result.text)) for result in step.results)
    # A vendor's signature is for the calls as they were.
    signatures = step.signatures if calls == step.calls else {}
    return Step(text, calls, results, signatures)


def _arguments_within(arguments: str, limit: int) -> str:
    """Still a JSON object: its long values are shortened. An empty one where that is not enough, or
    where the model wrote something else."""
    if len(arguments) <= limit:
        return arguments
    try:
        given = json.loads(arguments)
    except (ValueError, RecursionError):
        return "{}"
    if not isinstance(given, dict):
        return "{}"
    share = limit // max(len(given), 1)
    while share > len(LEFT_OUT) + 2:
        cut = {name: _value_within(value, share) for name, value in given.items()}
        short = json.dumps(cut, ensure_ascii=False)
        if len(short) <= limit:
            return short
        share //= 2  # what is written with escapes is longer than it is
    return "{}"


def _value_within(value: Any, limit: int) -> Any:
    if isinstance(value, str):
        return shortened(value, limit)
    return value if len(json.dumps(value, ensure_ascii=False)) <= limit else LEFT_OUT
