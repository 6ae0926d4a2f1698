"""What a person reads: Slack's markup and blocks as plain text."""

import re
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
NameOf = Callable[[str], str]

_REFERENCE = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")


def plain(text: str, name_of: NameOf) -> str:
    """Mentions become names, links their labels, and entities characters."""

    def shown(match: re.Match[str]) -> str:
        sign, target, label = match.groups()
        if sign == "@":
            return f"@{name_of(target)}"
        if sign == "#":
            return f"#{label or target}"
        return str(label or (f"@{target}" if sign == "!" else target))

    text = _REFERENCE.sub(shown, text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def visible_text(text: str, blocks: list[Json], name_of: NameOf) -> str:
    """Blocks replace the text where there are any, as in Slack."""
    lines = [line for block in blocks for line in _lines(block, name_of)]
    return "\n".join(lines) if lines else plain(text, name_of)


def _lines(block: Json, name_of: NameOf) -> list[str]:
    kind = block.get("type")
    if kind == "markdown":
        return [str(block.get("text", ""))]
    if kind == "rich_text":
        return [_rich(element, name_of) for element in block.get("elements", [])]
    if kind == "plan":
        cards = [line for task in block.get("tasks", []) for line in _lines(task, name_of)]
        return [str(block.get("title", "")), *cards]
    if kind in ("task_card", "image"):
        return [_object_text(block.get("title") or block.get("alt_text"), name_of)]
    if kind == "table":
        return [_row(row, name_of) for row in block.get("rows", [])]
    parts = [
        block.get("label"),
        block.get("text"),
        *block.get("fields", []),
        *block.get("elements", []),
    ]
    texts = [_object_text(part, name_of) for part in parts if part]
    separator = "  " if kind in ("context", "actions", "context_actions") else "\n"
    joined = separator.join(text for text in texts if text)
    return [joined] if joined else []


def _object_text(part: Any, name_of: NameOf) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return ""
    kind, text = part.get("type"), part.get("text")
    if kind == "button":
        return f"[{_object_text(text, name_of)}]"
    if kind == "feedback_buttons":
        buttons = (part.get("positive_button", {}), part.get("negative_button", {}))
        return " ".join(f"[{_object_text(button.get('text'), name_of)}]" for button in buttons)
    if kind == "rich_text":
        return "\n".join(_rich(element, name_of) for element in part.get("elements", []))
    if kind == "mrkdwn" and isinstance(text, str):
        return plain(text, name_of)
    return text if isinstance(text, str) else ""


def _row(row: list[Any], name_of: NameOf) -> str:
    return " | ".join(_object_text(cell, name_of) for cell in row)


def _rich(element: Json, name_of: NameOf) -> str:
    kind = element.get("type")
    if kind == "user":
        return f"@{name_of(str(element.get('user_id')))}"
    if kind == "link":
        return str(element.get("text") or element.get("url", ""))
    if kind == "emoji":
        return f":{element.get('name')}:"
    if kind == "channel":
        return f"#{element.get('channel_id')}"
    if "elements" in element:
        between = "\n" if kind == "rich_text_list" else ""
        return between.join(_rich(inner, name_of) for inner in element["elements"])
    return str(element.get("text", ""))
