"""Cut a block that is too long for one chunk, at the gentlest place there is."""

import re
from collections.abc import Callable, Iterator

Count = Callable[[str], int]

# From the gentlest cut to the roughest; each with what joins the pieces again.
_CUTS = (
    (re.compile(r"\n{2,}"), "\n\n"),
    (re.compile(r"\n"), "\n"),
    (re.compile(r"(?<=[.!?])\s+"), " "),
    (re.compile(r"(?<=[,;:])\s+"), " "),
    (re.compile(r"\s+"), " "),
)
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-{1,}:?\s*(\|\s*:?-{1,}:?\s*)*\|?\s*")


def split_text(text: str, count: Count, limit: int, roughness: int = 0) -> Iterator[str]:
    """Pieces of at most *limit*, cut between paragraphs, else lines, sentences, clauses, words."""
    if count(text) <= limit:
        yield text
        return
    if roughness == len(_CUTS):
        yield from _split_characters(text, count, limit)
        return
    cut, joint = _CUTS[roughness]
    pieces: list[str] = []
    for part in cut.split(text):
        if count(part) > limit:
            pieces.extend(split_text(part, count, limit, roughness + 1))
        else:
            pieces.append(part)
    yield from _pack(pieces, joint, count, limit)


def split_table(text: str, count: Count, limit: int) -> Iterator[str]:
    """Pieces of a table, each under the table's own heading row."""
    lines = text.split("\n")
    has_head = len(lines) > 2 and _TABLE_RULE.fullmatch(lines[1])
    head = "\n".join(lines[:2]) + "\n" if has_head else ""
    left = limit - count(head)
    if left < limit // 4:  # a heading row that is most of the chunk helps nobody
        yield from split_text(text, count, limit)
        return
    rows = lines[2:] if has_head else lines
    yield from (head + piece for piece in split_text("\n".join(rows), count, left))


def split_fence(text: str, count: Count, limit: int) -> Iterator[str]:
    """Pieces of a code block, each a code block of its own."""
    opening, _, rest = text.partition("\n")
    mark = opening.lstrip()[:3]
    lines = rest.split("\n")
    if mark in lines[-1] and len(lines) > 1:
        lines.pop()
    left = limit - count(opening) - count(mark)
    if left < limit // 4:
        yield from split_text(text, count, limit)
        return
    for piece in split_text("\n".join(lines), count, left, roughness=1):
        yield f"{opening}\n{piece}\n{mark}"


def _pack(pieces: list[str], joint: str, count: Count, limit: int) -> Iterator[str]:
    held, size = "", 0
    for piece in pieces:
        length = count(piece)
        if held and size + length > limit:
            yield held
            held, size = "", 0
        held, size = (held + joint + piece if held else piece), size + length
    if held.strip():
        yield held


def _split_characters(text: str, count: Count, limit: int) -> Iterator[str]:
    step = max(1, len(text) * limit // (count(text) + 1))
    for start in range(0, len(text), step):
        piece = text[start : start + step]
        if step == 1 or count(piece) <= limit:
            yield piece
        else:
            yield from _split_characters(piece, count, limit)
