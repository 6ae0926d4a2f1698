"""Structure written as Markdown, which the chunker reads: headings, items, tables, paragraphs."""

import re
from collections.abc import Iterable, Sequence

LONGEST_HEADING = 300
_WIDEST_TABLE = 20  # columns; a wider one is read row by row
_LONGEST_HEAD = 300  # characters of the heading row, which is repeated in each chunk
_SPACE = re.compile(r"\s+")
# What at the beginning of a paragraph would be taken for structure that is not there.
_MARK = re.compile(r"#{1,6}(?=\s|$)|```|~~~|\||\[[^\]]*\]:")


def paragraph(text: str) -> str:
    """One line; empty when there are no words."""
    words = one_line(text)
    return f"\\{words}" if _MARK.match(words) else words


def heading(level: int, text: str) -> str:
    """A heading; what is as long as a paragraph is one, whatever it was made to look like."""
    words = one_line(text)
    if not words or len(words) > LONGEST_HEADING:
        return paragraph(words)
    return f"{'#' * max(1, min(level, 6))} {words}"


def item(text: str, *, depth: int = 0, mark: str = "-") -> str:
    """An item of a list; *depth* 0 is the outermost."""
    return f"{'  ' * min(depth, 6)}{mark} {one_line(text)}"


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows as a Markdown table under the first of them, or, where that is too wide to be repeated,
    as items that name their columns. Empty rows and columns are left out."""
    kept = _without_empty([[one_line(cell) for cell in row] for row in rows])
    if not kept:
        return ""
    if len(kept[0]) == 1:
        return "\n\n".join(paragraph(row[0]) for row in kept)
    head, *body = kept
    if len(head) > _WIDEST_TABLE or sum(map(len, head)) > _LONGEST_HEAD:
        return "\n".join(_named_cells(head, row) for row in body) or _row(head)
    return "\n".join([_row(head), "|" + " --- |" * len(head), *map(_row, body)])


def one_line(text: str) -> str:
    return _SPACE.sub(" ", text.replace("\0", "")).strip()


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _named_cells(head: Sequence[str], row: Sequence[str]) -> str:
    named = (
        f"{name}: {cell}" if name else cell for name, cell in zip(head, row, strict=True) if cell
    )
    return item("; ".join(named))


def _without_empty(rows: list[list[str]]) -> list[list[str]]:
    used = sorted({place for row in rows for place, cell in enumerate(row) if cell})
    return [[row[place] if place < len(row) else "" for place in used] for row in rows if any(row)]
