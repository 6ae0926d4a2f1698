"""The shape of a modal, and of a Home."""

import json
from collections.abc import Iterator
from typing import Any, Literal

from bot.sandbox.webapi.blockkit.blocks import problems_in
from bot.sandbox.webapi.blockkit.shapes import MODAL_BLOCKS, problems_of_shape

ViewKind = Literal["modal", "home"]
MOST_BLOCKS = 100
LARGEST_VIEW = 250_000


def problems_of_view(view: Any, kind: ViewKind = "modal") -> list[str]:
    """What is wrong with a modal or a Home, one line each; empty when it is right."""
    return list(_problems(view, kind))


def is_too_large(view: Any) -> bool:
    """More than 250 kB as JSON."""
    return len(json.dumps(view)) > LARGEST_VIEW


def _problems(view: Any, kind: ViewKind) -> Iterator[str]:
    if not isinstance(view, dict) or view.get("type") != kind:
        yield f"unsupported type: only {kind} [json-pointer:/view/type]"
        return
    bare = {name: value for name, value in view.items() if name != "blocks"}
    yield from problems_of_shape(bare, kind, "/view")
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        yield "missing required field: blocks [json-pointer:/view]"
        return
    yield from problems_in(blocks, MOST_BLOCKS, MODAL_BLOCKS)
    asks = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
    if kind == "modal" and asks and "submit" not in view:
        yield "missing required field: submit, when there is an input [json-pointer:/view]"
