"""The part of a foreign JSON Schema that is used: what bounds a tool's arguments, and no prose.

A schema is written by whoever runs the server. Its prose would stand where a model takes orders from
us, its patterns would run as regular expressions in our process, and its references can be made to
unfold without end. What is left out makes it looser, never stricter: the server checks for itself.
Pure.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.gateway.foreign_text import as_data
from core.kernel.errors import Invalid

MOST_PARTS = 300
DEEPEST = 12
MOST_CHOICES = 100
LONGEST_CHOICE = 100
MOST_ARGUMENTS = 40

_PROPERTY = re.compile(r"[A-Za-z0-9_.$-]{1,64}")
_FORMAT = re.compile(r"[a-z-]{1,30}")
_TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
_NUMBERS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
)
_TOO_LARGE = "Its description of the arguments is too large."
_ODD = "Its description of the arguments is not one that can be used."


def fit_parameters(schema: object) -> dict[str, Any]:
    """What is used of the schema of a tool's arguments. Raises Invalid, in words for an admin."""
    if not isinstance(schema, Mapping):
        raise Invalid(_ODD)
    fit = _Fitting(schema).part(schema, 0, ())
    if fit.get("type", "object") != "object" or "anyOf" in fit:
        raise Invalid(_ODD)
    if len(fit.get("properties", {})) > MOST_ARGUMENTS:
        raise Invalid(_TOO_LARGE)
    return {"properties": {}} | fit | {"type": "object"}


def notes_on(schema: object, longest: int) -> Iterator[tuple[str, str]]:
    """What the server says of each argument: foreign words, to be shown as such."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    for name, part in properties.items() if isinstance(properties, Mapping) else ():
        words = part.get("description") if isinstance(part, Mapping) else None
        if isinstance(words, str) and words.strip() and _PROPERTY.fullmatch(str(name)):
            yield str(name), words[:longest]


class _Fitting:
    """One schema being gone through; *left* is how many parts it may still have."""

    def __init__(self, whole: Mapping[str, Any]) -> None:
        self._whole = whole
        self._left = MOST_PARTS

    def part(self, schema: object, depth: int, within: tuple[str, ...]) -> dict[str, Any]:
        """*within*: the references that lead here, so that none leads to itself."""
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            raise Invalid(_TOO_LARGE)
        if isinstance(schema, bool):
            return {} if schema else {"not": {}}
        if not isinstance(schema, Mapping):
            raise Invalid(_ODD)
        reference = schema.get("$ref")
        if reference is not None:
            return self.part(self._meant(reference, within), depth + 1, (*within, str(reference)))
        kept = _plain(schema)
        kept |= self._of_object(schema, depth, within)
        if "items" in schema and not isinstance(schema["items"], list):
            kept["items"] = self.part(schema["items"], depth + 1, within)
        choices = schema.get("anyOf", schema.get("oneOf"))
        if isinstance(choices, list) and choices:
            kept["anyOf"] = [self.part(one, depth + 1, within) for one in choices]
        if isinstance(schema.get("allOf"), list) and schema["allOf"]:
            kept["allOf"] = [self.part(one, depth + 1, within) for one in schema["allOf"]]
        return kept

    def _of_object(
        self, schema: Mapping[str, Any], depth: int, within: tuple[str, ...]
    ) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            if not all(isinstance(n, str) and _PROPERTY.fullmatch(n) for n in properties):
                raise Invalid(_ODD)
            kept["properties"] = {
                name: self.part(one, depth + 1, within) for name, one in properties.items()
            }
        required = schema.get("required")
        if isinstance(required, list):
            kept["required"] = [name for name in required if name in kept.get("properties", {})]
        more = schema.get("additionalProperties")
        if isinstance(more, Mapping):
            kept["additionalProperties"] = self.part(more, depth + 1, within)
        elif more is False and "patternProperties" not in schema:
            kept["additionalProperties"] = False
        return kept

    def _meant(self, reference: object, within: tuple[str, ...]) -> object:
        """What a reference inside of this very schema stands for."""
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise Invalid(_ODD)
        if reference in within:
            raise Invalid(_TOO_LARGE)
        found: object = self._whole
        for step in reference[2:].split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, Mapping) or name not in found:
                raise Invalid(_ODD)
            found = found[name]
        return found


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What says something of a value itself."""
    kept: dict[str, Any] = {}
    kinds = schema.get("type")
    if isinstance(kinds, str) and kinds in _TYPES:
        kept["type"] = kinds
    elif isinstance(kinds, list) and kinds and all(kind in _TYPES for kind in kinds):
        kept["type"] = list(dict.fromkeys(kinds))
    elif kinds is not None:
        raise Invalid(_ODD)
    for name in _NUMBERS:
        value = schema.get(name)
        if _is_number(value):
            kept[name] = value
    form = schema.get("format")
    if isinstance(form, str) and _FORMAT.fullmatch(form):
        kept["format"] = form
    choices = [schema["const"]] if "const" in schema else schema.get("enum")
    if isinstance(choices, list) and 0 < len(choices) <= MOST_CHOICES:
        kept |= {"enum": choices} if all(map(_is_plain_choice, choices)) else {}
    return kept


def _is_plain_choice(value: object) -> bool:
    """A value that can stand in a prompt without leading anybody astray."""
    if value is None or isinstance(value, bool) or _is_number(value):
        return True
    if not isinstance(value, str) or len(value) > LONGEST_CHOICE:
        return False
    return as_data(value) == value and "\n" not in value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
