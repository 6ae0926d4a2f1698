"""What an answer gives away: another tenant's canaries, or that it knows the one from nobody."""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Set
from typing import Any

from core.isolation.canaries.values import Canaries

_PLAIN = (str, int, float, bool, bytes, type(None))


def leaves(value: Any) -> Iterator[Any]:
    """Every plain value inside, however deep. asyncpg's rows are mappings by duck, not by name."""
    if isinstance(value, _PLAIN):
        yield value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from leaves(getattr(value, field.name))
    elif hasattr(value, "keys") and hasattr(value, "values"):
        for pair in zip(value.keys(), value.values(), strict=True):
            yield from leaves(pair[0])
            yield from leaves(pair[1])
    elif isinstance(value, list | tuple | Set):
        for inner in value:
            yield from leaves(inner)
    else:
        yield str(value)


def gives_away(answer: Any, victim: Canaries, asked_with: Any) -> bool:
    """Whether *answer* holds a canary of *victim* that was not in what was *asked_with*."""
    given = set(leaves(asked_with))
    texts = {leaf for leaf in given if isinstance(leaf, str) and len(leaf) > len(victim.marker)}
    texts |= {str(leaf) for leaf in given if isinstance(leaf, int) and leaf in victim.numbers}
    longest_first = sorted(texts, key=len, reverse=True)
    return any(
        _is_canary(leaf, victim, longest_first)
        for leaf in leaves(answer)
        if leaf not in given and not isinstance(leaf, bool)
    )


def _is_canary(leaf: Any, victim: Canaries, given: list[str]) -> bool:
    if isinstance(leaf, int):
        return leaf in victim.numbers
    if isinstance(leaf, bytes):
        return f"\\x{leaf.hex()}" in victim.hashes or victim.marker.encode() in leaf
    if not isinstance(leaf, str):
        return False
    for text in given:
        leaf = leaf.replace(text, "").replace(json.dumps(text)[1:-1], "")
    if victim.marker in leaf or any(hashed in leaf for hashed in victim.hashes):
        return True
    return any(str(number) in leaf for number in victim.numbers)


def shape(answer: Any) -> Any:
    """What remains when values are left out: absent or there, how many, true or false."""
    if answer is None or isinstance(answer, bool):
        return answer
    if isinstance(answer, str | bytes):
        return type(answer).__name__ if answer else ""
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        return [shape(getattr(answer, field.name)) for field in dataclasses.fields(answer)]
    if isinstance(answer, Mapping):
        return [shape(value) for value in answer.values()]
    if isinstance(answer, list | tuple):
        return [shape(inner) for inner in answer]
    return type(answer).__name__


def is_nothing(answer: Any) -> bool:
    """No row, no number, no truth."""
    return all(not leaf for leaf in leaves(answer))
