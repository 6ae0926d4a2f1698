"""The sentences of a passage, each with the heading it stands under: what one can be quoted by.

An item of a list is one. A row of a table is one for each of its cells but the first, which says what the
row is about, with the names of their columns: of a long row as a whole, one would not see what it says.
"""

import re
from collections.abc import Iterator

from core.knowledge.model import HEADING_SEPARATOR

LONGEST = 300  # characters of one that are compared with a question

_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+")
_ITEM = re.compile(r"([-*+•]|\d{1,3}[.)])\s")
_RULE = frozenset("|:- ")


def sentences(text: str, heading: str) -> Iterator[str]:
    """In reading order; *heading* is the path above the passage."""
    above = heading.rpartition(HEADING_SEPARATOR)[2]
    for sentence in _bare(text):
        yield (f"{above}: {sentence}" if above else sentence)[:LONGEST]


def _bare(text: str) -> Iterator[str]:
    held: list[str] = []
    columns: list[str] = []
    lines = [*(line.strip() for line in text.splitlines()), ""]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        is_row = line.startswith("|")
        if held and (is_row or not line or _ITEM.match(line)):
            yield from (said for said in _END.split(" ".join(held)) if said)
            held = []
        if not is_row:
            columns = []
            held += [line] if line else []
        elif _is_rule(following):
            columns = _cells(line)
        elif not _is_rule(line):
            yield from _facts(_cells(line), columns)


def _is_rule(line: str) -> bool:
    return "-" in line and "|" in line and set(line) <= _RULE


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def _facts(cells: list[str], columns: list[str]) -> Iterator[str]:
    named = [*columns, *[""] * len(cells)]
    pairs = zip(named, cells, strict=False)
    first, *others = [f"{name}: {cell}" if name else cell for name, cell in pairs if cell] or [""]
    yield from (f"{first} · {other}" for other in others)
    if first and not others:
        yield first
