"""JSON Schemas as vendors take them: what a tool is given, and the form an answer must have."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

DEEPEST = 32  # levels; what lies deeper is left open

# OpenAI and Anthropic refuse these at the top of a tool's parameters.
_NOT_AT_THE_TOP = frozenset({"anyOf", "oneOf", "allOf", "not", "enum", "$schema"})
# Anthropic compiles an answer's schema and refuses what its grammar cannot count.
_NOT_COMPILED = frozenset(
    {
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
        "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "$schema",
    }
)  # fmt: skip
_MAPS = ("properties", "$defs", "definitions")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")


def tool_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object, and at its top nothing else."""
    kept = {key: value for key, value in parameters.items() if key not in _NOT_AT_THE_TOP}
    return {"properties": {}} | kept | {"type": "object"}


def compilable(schema: Mapping[str, Any]) -> dict[str, Any]:
    """With every object closed, and without what Anthropic's structured output refuses."""
    return _rebuilt(schema, _closed)


def is_strict(schema: Mapping[str, Any]) -> bool:
    """Whether OpenAI can hold its model to it: objects closed, and all their properties required."""
    return all(
        part.get("additionalProperties") is False
        and set(part.get("required", ())) == set(part.get("properties", {}))
        for part in _parts(schema)
        if part.get("type") == "object" or "properties" in part
    )


def _closed(part: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in part.items() if key not in _NOT_COMPILED}
    if kept.get("type") == "object" or "properties" in kept:
        kept["additionalProperties"] = False
    return kept


def _rebuilt(
    schema: Mapping[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]], depth: int = 0
) -> dict[str, Any]:
    if depth > DEEPEST:
        return {}

    def deeper(value: Any) -> Any:
        return _rebuilt(value, change, depth + 1) if isinstance(value, Mapping) else value

    built = change(dict(schema))
    for key, value in built.items():
        if key in _MAPS and isinstance(value, Mapping):
            built[key] = {name: deeper(part) for name, part in value.items()}
        elif key in _LISTS and isinstance(value, list):
            built[key] = [deeper(part) for part in value]
        elif key in ("items", "additionalProperties"):
            built[key] = deeper(value)
    return built


def _parts(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def seen(part: dict[str, Any]) -> dict[str, Any]:
        found.append(part)
        return part

    _rebuilt(schema, seen)
    yield from found
