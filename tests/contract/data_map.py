"""docs/data-map.md as data: every table and column, and what is said of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.contract.repository import ROOT

PAGE = ROOT / "docs" / "data-map.md"

_TABLE = re.compile(r"^### `([a-z_.]+)`\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(
    r"^\| `([a-z_0-9]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE
)
_WORD = re.compile(r"^\| \*\*([^*]+)\*\* \| .+ \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Column:
    """One row of the map. `table` has no schema; `shared` says that it is `control`'s."""

    table: str
    shared: bool
    name: str
    type: str
    data_class: str
    kept: str
    lives_in: tuple[str, ...]

    @property
    def full_name(self) -> str:
        return f"{'control.' if self.shared else ''}{self.table}.{self.name}"


@cache
def columns() -> tuple[Column, ...]:
    """Every column of the page, in its order."""
    return tuple(read(PAGE.read_text("utf-8")))


def read(text: str) -> Iterator[Column]:
    for name, section in _TABLE.findall(text):
        shared = name.startswith("control.")
        for column, kind, data_class, kept, lives_in in _ROW.findall(section):
            places = tuple(place.strip() for place in lives_in.split(","))
            table = name.removeprefix("control.")
            yield Column(
                table, shared, column, kind.strip(), data_class.strip(), kept.strip(), places
            )


def words(title: str) -> set[str]:
    """The words that the page explains under `## title`."""
    text = PAGE.read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return set(_WORD.findall(text))
