"""The table of served methods, read from `methods.toml`."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Method:
    """What a method takes, needs and may answer. `tier` is "1" to "4" or "special"."""

    name: str
    tier: str
    scopes: tuple[str, ...]
    arguments: dict[str, str]
    required: tuple[str, ...]
    either: tuple[str, ...]
    newer: tuple[str, ...]
    errors: frozenset[str]
    observed: frozenset[str]


@dataclass(frozen=True)
class Table:
    """All served methods, and the errors any of them may answer."""

    methods: dict[str, Method]
    common_errors: frozenset[str]


def load_table() -> Table:
    """Read the table that ships with the package."""
    raw = tomllib.loads(
        files("bot.sandbox.webapi").joinpath("methods.toml").read_text(encoding="utf-8")
    )
    common = frozenset(raw.pop("common")["errors"])
    return Table({name: _method(name, row) for name, row in raw.items()}, common)


def _method(name: str, row: dict[str, Any]) -> Method:
    return Method(
        name=name,
        tier=row["tier"],
        scopes=tuple(row["scopes"]),
        arguments=dict(row["arguments"]),
        required=tuple(row["required"]),
        either=tuple(row.get("either", ())),
        newer=tuple(row.get("newer", ())),
        errors=frozenset([*row["errors"], *row.get("observed", [])]),
        observed=frozenset(row.get("observed", [])),
    )
