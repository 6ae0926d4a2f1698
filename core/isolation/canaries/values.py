"""Values that can be recognized wherever they turn up, one row of them in every table."""

import hashlib
import json
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from core.isolation.canaries.tables import Check, Column

_NUMBERS = {"int2": 2**14, "int4": 2**29, "int8": 2**41, "numeric": 2**41}
_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "citext"})
_MOMENTS = frozenset({"timestamptz", "timestamp", "date"})
_VECTORS = frozenset({"halfvec", "vector"})
_FIRST_MOMENT = datetime(2001, 1, 1, tzinfo=UTC)


class NoCanary(ValueError):
    """There is no way known here to make a value of this type."""


def new_marker() -> str:
    """Letters alone, so that it fits most checks; too long to turn up by chance."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(20))


@dataclass(slots=True)
class Canaries:
    """The rows of one tenant, as they stand in its tables, and how to know them again."""

    tenant_id: str
    marker: str
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    hashes: set[str] = field(default_factory=set)
    numbers: set[int] = field(default_factory=set)

    def add(self, table: str, row: dict[str, Any]) -> None:
        self.rows[table] = row
        for value in row.values():
            if isinstance(value, str) and _is_random(value.removeprefix("\\x")):
                self.hashes.add(value)
            elif isinstance(value, int) and value >= _NUMBERS["int2"]:
                self.numbers.add(value)

    def ghost(self) -> "Canaries":
        """The same of a tenant that does not exist: what nobody has is answered just like this."""
        marker = new_marker()
        moved: dict[str, Any] = {str(number): number + 7 for number in self.numbers}
        moved |= {text: _digest(f"ghost {text}")[: len(text)] for text in self.hashes}
        other = Canaries(secrets.token_hex(16), marker)
        for table, row in self.rows.items():
            other.add(
                table, {name: _moved(value, self, other, moved) for name, value in row.items()}
            )
        return other

    def candidates(self, table: str, column: Column, checks: list[Check]) -> list[Any]:
        """Values for a column, as JSON, the most telling first. Raises NoCanary."""
        literals = [text for check in checks for text in check.literals]
        if column.name == "tenant_id":
            return [self.tenant_id]
        if column.type_name in _TEXTS:
            return list(self._texts(column, literals))
        if column.type_name in _NUMBERS:
            number = _NUMBERS[column.type_name] + secrets.randbelow(_NUMBERS[column.type_name] // 2)
            return [number, *(int(text) for text in literals if text.isdecimal()), 1, 0]
        if column.type_name in _MOMENTS:
            return [(_FIRST_MOMENT + timedelta(microseconds=secrets.randbelow(10**14))).isoformat()]
        if column.type_name in _VECTORS:
            return [str([secrets.randbelow(999) / 1000 for _ in range(column.modifier)])]
        if column.type_name == "bit":
            return [format(secrets.randbits(column.modifier), f"0{column.modifier}b")]
        return list(self._others(f"{table}.{column.name}", column.type_name))

    def _texts(self, column: Column, literals: list[str]) -> Iterator[str]:
        """Plain, as hex, as an audit action, as JSON, and what the checks themselves name."""
        plain = f"{self.marker}-{column.name}"
        longest = column.modifier - 4 if column.modifier > 4 else None
        yield plain[:longest]
        yield from literals
        yield from (_digest(plain), _digest(plain)[:32])
        yield f"{self.marker}:{self.marker}:{self.marker}"
        yield json.dumps({"canary": self.marker})

    def _others(self, name: str, type_name: str) -> Iterator[Any]:
        match type_name:
            case "bool":
                yield from (True, False)
            case "json" | "jsonb":
                yield from ({"canary": self.marker}, [])
            case "bytea":
                yield "\\x" + _digest(f"{self.marker} {name}")
            case "uuid":
                yield _digest(f"{self.marker} {name}")[:32]
            case "float4" | "float8":
                yield float(secrets.randbelow(2**20))
            case "tsvector":
                yield f"'{self.marker}':1"
            case "_text":
                yield [f"{self.marker}-{name}"]
            case _:
                raise NoCanary(f"no value of type {type_name} is known for {name}")


def _moved(value: Any, old: Canaries, new: Canaries, moved: dict[str, Any]) -> Any:
    if isinstance(value, str):
        if value == old.tenant_id:
            return new.tenant_id
        return moved.get(value, value.replace(old.marker, new.marker))
    if isinstance(value, int) and not isinstance(value, bool):
        return moved.get(str(value), value)
    if isinstance(value, dict):
        return {key: _moved(inner, old, new, moved) for key, inner in value.items()}
    return value


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _is_random(text: str) -> bool:
    """A hash or a random id; the zeros at the head of an audit chain are not."""
    return len(text) >= 32 and len(set(text)) > 4 and set(text) <= set(string.hexdigits)
