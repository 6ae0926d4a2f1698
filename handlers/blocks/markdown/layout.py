"""Where a place in a Markdown text stands: in open text, in a fence or in a table."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LEAD = r"(?P<lead>(?:[\s>]|[-*+]\s|\d{1,3}[.)]\s){0,20})"
_FENCE = re.compile(_LEAD + r"(?P<marks>`{3,20}|~{3,20})(?P<info>[^`]*)")
LONGEST_RULE = 1_000
_RULE = re.compile(r"[\s>]*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")


@dataclass(frozen=True, slots=True)
class Layout:
    """*fence* is its opening line, *table* its head of two lines; *row* may become a head."""

    fence: str = ""
    table: str = ""
    row: str = ""

    def after(self, line: str) -> "Layout":
        """The layout behind one whole line."""
        line = line.rstrip("\n")
        mark = _FENCE.fullmatch(line)
        if self.fence:
            return Layout() if mark and _closes(self.fence, mark) else self
        if mark:
            return Layout(fence=line)
        if self.table and "|" in line:
            return self
        if self.row and is_rule(line):
            return Layout(table=f"{self.row}\n{line}\n")
        return Layout(row=line if "|" in line else "")

    def after_all(self, text: str) -> "Layout":
        """The layout behind *text*, line by line."""
        layout = self
        for line in lines_of(text):
            layout = layout.after(line)
        return layout

    @property
    def is_open(self) -> bool:
        return not (self.fence or self.table)

    def closing(self, *, at_line_start: bool) -> str:
        """What ends the message here, so that nothing is left open."""
        mark = _FENCE.fullmatch(self.fence)
        if not mark:
            return ""
        return ("" if at_line_start else "\n") + _blank(mark["lead"]) + mark["marks"]

    def opening(self, limit: int, *, at_line_start: bool) -> str:
        """What the next message begins with, so that it goes on as this one did."""
        mark = _FENCE.fullmatch(self.fence)
        if mark:
            info = mark["info"] if len(mark["info"]) <= limit // 4 else ""
            return f"{_blank(mark['lead'])}{mark['marks']}{info}\n"
        return self.table if at_line_start and len(self.table) <= limit // 2 else ""


def is_rule(line: str) -> bool:
    """Whether it is the line of dashes under a table's head."""
    if len(line) > LONGEST_RULE or "|" not in line or "-" not in line:
        return False
    return _RULE.fullmatch(line.rstrip("\n")) is not None


def lines_of(text: str) -> Iterator[str]:
    """Lines with their ends. Only `\\n` ends one, unlike str.splitlines."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _blank(lead: str) -> str:
    """A quote's mark goes on in the next message; a list's bullet stood there once."""
    return re.sub(r"[^\s>]", " ", lead)


def _closes(fence: str, mark: re.Match[str]) -> bool:
    opened = _FENCE.fullmatch(fence)
    return (
        opened is not None
        and mark["marks"].startswith(opened["marks"])
        and not mark["info"].strip()
    )
