"""A JSON Schema cut down to what Gemini's `Schema` object can say.

It has no references, no `additionalProperties`, one type with `nullable`, choices of texts alone, and
two formats of texts. What is left out is still checked by whoever reads the arguments.
Source: https://ai.google.dev/api/caching#Schema
"""

from collections.abc import Mapping
from typing import Any

MOST_PARTS = 500  # of one schema; one that refers to itself has no end
_DEEPEST = 12
_KEPT = (
    "title", "description", "minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum",
    "pattern",
)  # fmt: skip
_FORMATS = {
    "string": ("date-time", "enum"),
    "number": ("float", "double"),
    "integer": ("int32", "int64"),
}
_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object"})
_ANYTHING: dict[str, Any] = {"type": "string"}


def gemini_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Never fails: what cannot be said becomes a text."""
    return _Reduction(schema).of(schema, 0)


class _Reduction:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._left = MOST_PARTS

    def of(self, schema: object, depth: int) -> dict[str, Any]:
        self._left -= 1
        if not isinstance(schema, Mapping) or depth > _DEEPEST or self._left < 0:
            return dict(_ANYTHING)
        schema = self._followed(schema)
        said = {key: schema[key] for key in _KEPT if key in schema}
        choices = self._choices(schema, depth)
        if choices:
            return said | choices
        kind, is_nullable = _type_of(schema)
        said["type"] = kind
        if is_nullable:
            said["nullable"] = True
        if schema.get("format") in _FORMATS.get(kind, ()):
            said["format"] = schema["format"]
        if kind == "string" and (options := _options(schema)):
            said["enum"] = options
        if kind == "array":
            said["items"] = self.of(schema.get("items", {}), depth + 1)
        if kind == "object":
            said |= self._properties(schema, depth)
        return said

    def _properties(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        if not isinstance(properties, Mapping) or not properties:
            return {}
        required = _list(schema.get("required"))
        names = [name for name in required if isinstance(name, str) and name in properties]
        built = {name: self.of(part, depth + 1) for name, part in properties.items()}
        return {"properties": built} | ({"required": names} if names else {})

    def _choices(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """`anyOf`; of one choice and nothing, that choice and `nullable`."""
        options = _list(schema.get("anyOf")) or _list(schema.get("oneOf"))
        some = [option for option in options if not _is_null(option)]
        if not some:
            return {}
        built: dict[str, Any] = {"anyOf": [self.of(option, depth + 1) for option in some]}
        if len(some) == 1:
            built = built["anyOf"][0]
        return built | ({"nullable": True} if len(some) < len(options) else {})

    def _followed(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema a reference points to inside the same one; others are followed nowhere."""
        for _ in range(_DEEPEST):
            reference = schema.get("$ref")
            if not isinstance(reference, str) or not reference.startswith("#/"):
                break
            found: Any = self._root
            for step in reference[2:].split("/"):
                found = found.get(step) if isinstance(found, Mapping) else None
            if not isinstance(found, Mapping):
                break
            schema = {**found, **{key: schema[key] for key in schema if key != "$ref"}}
        return schema


def _is_null(schema: object) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "null"


def _type_of(schema: Mapping[str, Any]) -> tuple[str, bool]:
    given = schema.get("type")
    types = given if isinstance(given, list) else [given]
    known = [kind for kind in types if isinstance(kind, str) and kind in _TYPES]
    if known:
        return known[0], "null" in types
    if "properties" in schema:
        return "object", "null" in types
    return ("array" if "items" in schema else "string"), "null" in types


def _options(schema: Mapping[str, Any]) -> list[str]:
    options = [schema["const"]] if "const" in schema else _list(schema.get("enum"))
    return [option for option in options if isinstance(option, str) and option]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
