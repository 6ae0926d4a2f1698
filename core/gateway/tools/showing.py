"""What will happen, in plain words that hide nothing: for the people who are asked for a yes."""

import re
from collections.abc import Mapping
from typing import Any

from core.gateway.foreign_text import JOINERS, without_invisible
from core.gateway.tools.arguments import canonical
from core.gateway.tools.model import Tool
from core.kernel.errors import Invalid

# A yes is given to what was read, so nothing is shortened: what is longer is not asked for.
MOST_SHOWN = 9_000
_JOINERS = re.compile(f"[{JOINERS}\u2028\u2029\u00a0]")


def shown(tool: Tool, arguments: Mapping[str, Any]) -> str:
    """Raises Invalid when it is too long for a person to be asked about."""
    words = tool.show(arguments) if tool.show else _listed(tool, arguments)
    text = visible(words)
    if len(text) > MOST_SHOWN:
        raise Invalid("This is too long to be shown for a yes. Make it shorter.")
    return text


def visible(text: str) -> str:
    """*text* with a mark in place of each character that a person cannot see (A91)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if without_invisible(text) == text and not _JOINERS.search(text):
        return text
    return "".join(c if _is_seen(c) else f"[U+{ord(c):04X}]" for c in text)


def _is_seen(character: str) -> bool:
    return without_invisible(character) == character and not _JOINERS.match(character)


def _listed(tool: Tool, arguments: Mapping[str, Any]) -> str:
    lines = [f"{name}: {_as_text(value)}" for name, value in arguments.items()]
    return "\n".join([f"Use the tool {tool.name}", *lines])


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else canonical({"": value})[4:-1]
