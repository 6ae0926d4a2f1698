"""Checks one value against the shapes in `shapes.toml`."""

import tomllib
from collections.abc import Collection, Iterator
from importlib.resources import files
from typing import Any

Rule = dict[str, Any]

_TABLE: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(
    files("bot.sandbox.webapi.blockkit").joinpath("shapes.toml").read_text(encoding="utf-8")
)
BLOCKS = _TABLE["block"]
# In a modal or at Home there is no streamed or feedback block, and there are fields to fill in.
MODAL_BLOCKS = {
    name: block
    for name, block in (BLOCKS | _TABLE["modal_block"]).items()
    if name not in ("task_card", "plan", "context_actions", "markdown", "table")
}
_SHAPES = {
    **_TABLE["shape"],
    **{
        name: {"block_id": {"is": ["string"], "max": 255}} | block
        for name, block in (BLOCKS | _TABLE["modal_block"]).items()
    },
}
_PRIMITIVES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "number": int,
    "any": object,
}


def problems_of_block(
    block: Any, path: str, kinds: Collection[str] = BLOCKS.keys()
) -> Iterator[str]:
    """What is wrong with one block of these kinds, each with a JSON pointer."""
    kind = block.get("type") if isinstance(block, dict) else None
    if not isinstance(kind, str) or kind not in kinds:
        yield f"unsupported type: {kind} [json-pointer:{path}/type]"
        return
    yield from _object(block, kind, path)


def problems_of_shape(value: dict[str, Any], kind: str, path: str) -> Iterator[str]:
    """What is wrong with a value that is to have the shape *kind*."""
    yield from _object(value, kind, path)


def _object(value: dict[str, Any], kind: str, path: str) -> Iterator[str]:
    rules: dict[str, Any] = {k: r for k, r in _SHAPES[kind].items() if k != "type"}
    has_type = _type_of(kind) != ""
    for key in value:
        if key not in rules and not (key == "type" and has_type):
            yield f"no more than the known properties: {key} [json-pointer:{path}]"
    for key, rule in rules.items():
        if key in value:
            yield from _value(value[key], rule, f"{path}/{key}")
        elif rule.get("required"):
            yield f"missing required field: {key} [json-pointer:{path}]"


def _value(value: Any, rule: Rule, path: str) -> Iterator[str]:
    if "is" in rule:
        yield from _one(value, rule["is"], rule.get("max"), path)
        if "one_of" in rule and value not in rule["one_of"]:
            yield f"must be one of {', '.join(rule['one_of'])} [json-pointer:{path}]"
        return
    if not isinstance(value, list) or not value:
        yield f"must be a list with at least 1 item [json-pointer:{path}]"
        return
    if len(value) > rule.get("max", len(value)):
        yield f"no more than {rule['max']} items allowed [json-pointer:{path}]"
    for index, item in enumerate(value):
        if "grid" in rule:
            row = {"list": rule["grid"], "max": rule["each"]}
            yield from _value(item, row, f"{path}/{index}")
        else:
            yield from _one(item, rule["list"], rule.get("each"), f"{path}/{index}")


def _one(value: Any, kinds: list[str], most: int | None, path: str) -> Iterator[str]:
    kind = _kind_of(value, kinds)
    if kind is None:
        yield f"must be one of {', '.join(kinds)} [json-pointer:{path}]"
    elif kind in _SHAPES:
        yield from _object(value, kind, path)
        yield from _length(value.get("text"), most, f"{path}/text")
    else:
        yield from _length(value, most, path)


def _kind_of(value: Any, kinds: list[str]) -> str | None:
    for kind in kinds:
        if kind in _PRIMITIVES:
            is_truth = isinstance(value, bool) and kind == "number"
            if isinstance(value, _PRIMITIVES[kind]) and not is_truth:
                return kind
        elif isinstance(value, dict) and value.get("type", "") == _type_of(kind):
            return kind
    return None


def _length(text: Any, most: int | None, path: str) -> Iterator[str]:
    if not isinstance(text, str):
        return
    if not text:
        yield f"must be at least 1 character [json-pointer:{path}]"
    elif most is not None and len(text) > most:
        yield f"must be no more than {most} characters [json-pointer:{path}]"


def _type_of(kind: str) -> str:
    named = _SHAPES[kind].get("type", kind)
    return named if isinstance(named, str) else kind
