"""The blocks of one message, checked together before anything is shown."""

import secrets
from collections.abc import Collection, Iterator
from typing import Any

from bot.sandbox.webapi.blockkit.shapes import BLOCKS, problems_of_block

Json = dict[str, Any]

MOST_BLOCKS = 50
MOST_MARKDOWN = 12_000
MOST_TABLE_TEXT = 10_000


def problems_in(
    blocks: list[Any], most: int = MOST_BLOCKS, kinds: Collection[str] = BLOCKS.keys()
) -> list[str]:
    """What is wrong with these blocks, one line each; empty when they are right."""
    if len(blocks) > most:
        return [f"no more than {most} items allowed [json-pointer:/blocks]"]
    wrong = [
        problem
        for index, block in enumerate(blocks)
        for problem in problems_of_block(block, f"/blocks/{index}", kinds)
    ]
    # The rules below read the blocks, so they need blocks that are right one by one.
    return wrong or [*_empty_sections(blocks), *_duplicates(blocks), *_too_much(blocks)]


def with_ids(blocks: list[Json]) -> list[Json]:
    """The same blocks with the `block_id`s and `action_id`s Slack adds where there are none."""
    named = []
    for block in blocks:
        complete = {**block, "block_id": block.get("block_id") or _new_id()}
        if block["type"] in ("actions", "context_actions"):
            complete["elements"] = [_with_action_id(element) for element in block["elements"]]
        for place in ("accessory", "element"):
            if block.get(place, {}).get("type", "image") != "image":
                complete[place] = _with_action_id(block[place])
        named.append(complete)
    return named


def _with_action_id(element: Json) -> Json:
    return {**element, "action_id": element.get("action_id") or _new_id()}


def _new_id() -> str:
    return secrets.token_urlsafe(4)


def _empty_sections(blocks: list[Json]) -> Iterator[str]:
    for index, block in enumerate(blocks):
        if block["type"] == "section" and "text" not in block and "fields" not in block:
            yield f"missing required field: text or fields [json-pointer:/blocks/{index}]"


def _duplicates(blocks: list[Json]) -> Iterator[str]:
    """A `block_id` is unique in its message, an `action_id` in its block."""
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id in seen:
            yield f"block_id already exists: {block_id} [json-pointer:/blocks/{index}/block_id]"
        seen |= {block_id} if block_id else set()
        elements = block.get("elements", []) if block["type"] != "rich_text" else []
        ids = [element["action_id"] for element in elements if "action_id" in element]
        for twice in {action_id for action_id in ids if ids.count(action_id) > 1}:
            yield f"action_id already exists: {twice} [json-pointer:/blocks/{index}/elements]"


def _too_much(blocks: list[Json]) -> Iterator[str]:
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MOST_MARKDOWN:
        yield f"markdown blocks: no more than {MOST_MARKDOWN} characters together"
    tables = [block for block in blocks if block["type"] == "table"]
    if len(tables) > 1:
        yield "only one table is allowed in a message"
    if sum(len(str(cell.get("text", ""))) for t in tables for row in t["rows"] for cell in row) > (
        MOST_TABLE_TEXT
    ):
        yield f"table: no more than {MOST_TABLE_TEXT} characters"
