"""The parts of a passage that can be quoted: sentences, table rows, list items, and whole lists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

LONGEST_SENTENCE = 420  # characters
LONGEST_LIST = 900
# What people call a numbered list without seeing it.
_NUMBERED = "steps procedure process"
HEADING_PATH = " › "

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[^\Wa-z_])")
_LIST_ITEM = re.compile(r"(?P<mark>[-*+•]|\d{1,3}[.)])\s+")
_FENCE = ("```", "~~~")
_SAYS_SOMETHING = re.compile(r"\d|[.!?:;…][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Piece:
    """*about* is what it says in words of its own; its columns' names and its heading add some."""

    text: str
    about: str
    heading: str
    columns: str = ""
    is_caption: bool = False  # no sentence: the head of a table that a PDF drew, a label


@dataclass(frozen=True, slots=True)
class _Part:
    kind: Literal["heading", "prose", "item", "row", "end"]
    text: str
    columns: str = ""


def pieces(markdown: str, heading: str) -> Iterator[Piece]:
    """In reading order; a list comes after its items. *heading*: the path above, joined by `›`."""
    opening, items = "", list[str]()
    parts = [*_parts(markdown), _Part("end", "")]
    for part, following in zip(parts, [*parts[1:], parts[-1]], strict=True):
        if part.kind == "item":
            items.append(part.text)
            yield _sentence(_LIST_ITEM.sub("", part.text, count=1), heading)
            continue
        if items:
            yield from _list(opening, items, heading)
            opening, items = "", []
        if part.kind == "heading":
            heading = part.text
        elif part.kind == "row":
            yield Piece(_row(part), part.text, heading, part.columns)
        elif part.kind == "prose":
            sentences = [s for s in _SENTENCE_END.split(part.text) if s.strip()]
            if sentences and sentences[-1].endswith(":") and following.kind == "item":
                opening = sentences.pop()
            yield from (_sentence(sentence, heading) for sentence in sentences)


def _parts(markdown: str) -> Iterator[_Part]:
    """Paragraphs and items whole, rows one by one with the names of their columns."""
    held: list[str] = []
    columns: list[str] | None = None
    lines = [*(line.strip("> \t") for line in markdown.splitlines()), ""]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        is_row, item = line.startswith("|"), _LIST_ITEM.match(line)
        if line and not (is_row or item or line.startswith(("#", *_FENCE))):
            held.append(line)
            continue
        if held:
            yield _Part("item" if _LIST_ITEM.match(held[0]) else "prose", " ".join(held))
        held = [line] if item else []
        columns = columns if is_row else None
        if line.startswith("#"):
            yield _Part("heading", line.strip("# "))
        elif is_row and _is_rule(following):
            columns = _cells(line)
        elif is_row and not _is_rule(line):
            yield _Part("row", line, "|".join(columns or []))


def _sentence(text: str, heading: str) -> Piece:
    return Piece(_shortened(text), text, heading, is_caption=not _SAYS_SOMETHING.search(text))


def _list(opening: str, items: list[str], heading: str) -> Iterator[Piece]:
    """A list as a whole, where something says what it lists: words that open it, or numbers."""
    is_numbered = items[0][0].isdigit() and len(items) > 1
    if not (opening or is_numbered):
        return
    about = opening
    if is_numbered:
        about += f" {_NUMBERED} {heading.rpartition(HEADING_PATH)[2]}"
    text = opening
    for item in items:
        if len(text) + len(item) > LONGEST_LIST:
            text += "\n…"
            break
        text += f"\n{item}"
    yield Piece(text.strip(), about, heading)


def _is_rule(line: str) -> bool:
    return "-" in line and "|" in line and set(line) <= set("|:- \t")


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _row(part: _Part) -> str:
    """A table row that carries its column names, since the table's head is not quoted."""
    cells = _cells(part.text)
    named = [*_cells(part.columns), *[""] * len(cells)]
    pairs = zip(named, cells, strict=False)
    return _shortened(
        " · ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
    )


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_SENTENCE:
        return text
    return text[:LONGEST_SENTENCE].rsplit(" ", 1)[0] + " …"
