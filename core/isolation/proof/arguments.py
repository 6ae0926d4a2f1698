"""Arguments for any store function, made from its annotations out of another tenant's canaries."""

import collections.abc
import dataclasses
import enum
import json
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, NewType, Union

from core.isolation.canaries.values import Canaries
from core.isolation.proof.functions import type_hints
from core.kernel.ids import TenantId
from core.kernel.secret import Secret

_LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
_SMALL = 3  # a limit, a position, a number of seconds
_SEQUENCES = (list, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection)
_SETS = (set, frozenset, collections.abc.Set)
_MAPPINGS = (dict, collections.abc.Mapping)


class NoArgument(ValueError):
    """No value can be made for a parameter; the message names it and its type."""


def make_arguments(
    function: Callable[..., Any], canaries: Canaries, given: Mapping[type, Any]
) -> dict[str, Any]:
    """A value for every parameter but the first. *given*: values that only the attacker has, by
    their type. Raises NoArgument."""
    hints = type_hints(function)
    code = function.__code__
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    missing = [name for name in names if name not in hints]
    if missing:
        raise NoArgument(f"the parameter {missing[0]} has no type")
    maker = _Maker(canaries, given)
    return {name: maker.make(hints[name], name) for name in names}


class _Maker:
    def __init__(self, canaries: Canaries, given: Mapping[type, Any]) -> None:
        self._canaries = canaries
        self._given = given

    def make(self, wanted: Any, name: str) -> Any:
        """A value of type *wanted*: what the victim has in the column that bears this name."""
        if wanted is TenantId:
            return TenantId(self._canaries.tenant_id)
        if isinstance(wanted, NewType):
            return self.make(wanted.__supertype__, name)
        if isinstance(wanted, type) and wanted in self._given:
            return self._given[wanted]
        origin = typing.get_origin(wanted)
        if origin is not None:
            return self._make_generic(origin, typing.get_args(wanted), name)
        if isinstance(wanted, type) and dataclasses.is_dataclass(wanted):
            return self._make_dataclass(wanted)
        if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
            return next(iter(wanted))
        return self._make_plain(wanted, name)

    def _make_generic(self, origin: Any, inner: tuple[Any, ...], name: str) -> Any:
        if origin is Literal:
            kept = self._kept(name)
            return kept if kept in inner else inner[0]
        if origin in (Union, types.UnionType):
            return self.make(next(one for one in inner if one is not type(None)), name)
        if origin in _MAPPINGS:
            return {self.make(inner[0], name): self.make(inner[1], name)}
        if origin is tuple and inner[-1] is not Ellipsis:
            return tuple(self.make(one, name) for one in inner)
        if origin is not tuple and origin not in (*_SEQUENCES, *_SETS):
            raise NoArgument(f"{name}: no value of type {origin} can be made")
        if inner[0] is float and (vector := self._vector()):
            return vector
        singular = name.removesuffix("s")
        values = [self.make(inner[0], name if self._kept(name) is not None else singular)]
        return tuple(values) if origin is tuple else set(values) if origin in _SETS else values

    def _make_dataclass(self, wanted: Any) -> Any:
        hints = typing.get_type_hints(wanted)
        # What is None unless it is given only narrows: without it, a function reaches furthest.
        fields = [
            field.name
            for field in dataclasses.fields(wanted)
            if field.init and field.default is not None
        ]
        return wanted(**{name: self.make(hints[name], name) for name in fields})

    def _make_plain(self, wanted: Any, name: str) -> Any:
        kept = self._kept(name)
        if wanted is str:
            # The marker begins every text of the victim: as a prefix, it would find them all.
            return kept if isinstance(kept, str) else self._canaries.marker
        if wanted is bool:
            return True
        if wanted in (int, float):
            number = kept if isinstance(kept, int) and not isinstance(kept, bool) else _SMALL
            return wanted(number)
        if wanted is bytes:
            text = kept if isinstance(kept, str) else ""
            is_bytea = text.startswith("\\x")
            return bytes.fromhex(text[2:]) if is_bytea else self._canaries.marker.encode()
        if wanted is datetime:
            return _LONG_AGO
        if wanted is Secret:
            return Secret(self._canaries.marker)
        if wanted in (Any, object):
            return kept if isinstance(kept, str) else self._canaries.marker
        if wanted in (dict, list, tuple):
            return wanted()
        raise NoArgument(f"{name}: no value of type {wanted} can be made")

    def _kept(self, name: str) -> Any:
        """What the victim's row holds under this name: a column, or the id in a table so named."""
        for row in self._canaries.rows.values():
            if name in row and name != "id":
                return row[name]
        for table, row in self._canaries.rows.items():
            if "id" in row and (table == name or table.endswith(f"_{name}")):
                return row["id"]
        if name == "id":
            return next((row["id"] for row in self._canaries.rows.values() if "id" in row), None)
        return None

    def _vector(self) -> list[float] | None:
        for row in self._canaries.rows.values():
            for value in row.values():
                if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
                    return [float(number) for number in json.loads(value)]
        return None
