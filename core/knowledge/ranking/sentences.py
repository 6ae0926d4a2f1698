"""The sentences of a passage, each with the heading it stands under: what one can be quoted by.

A row of a table is one, with the names of its columns, and so is an item of a list.
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
            yield _row(_cells(line), columns)


def _is_rule(line: str) -> bool:
    return "-" in line and "|" in line and set(line) <= _RULE


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def _row(cells: list[str], columns: list[str]) -> str:
    named = [*columns, *[""] * len(cells)]
    pairs = zip(named, cells, strict=False)
    return " · ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
