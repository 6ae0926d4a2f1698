"""The text of a PDF, page by page, with headings told by their size and running heads left out."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

from core.knowledge.reading.kinds import Unreadable

MAX_PAGES = 2_000
_HEADING_RATIO = 1.15  # how much larger than the body's a heading's letters are
_HEADING_LENGTH = 120
_RUNNING_SHARE = 0.6  # on how many pages a line stands before it is a running head or foot
_RUNNING_PAGES = 3
_LEVELS = 3
_ITEM = re.compile(r"(\d{1,2})[.)] \S")
_FULL_LINE = 0.75  # of the longest line: a shorter one ends its paragraph


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    size: float  # of its first letter, in points, to half a point


def read_pdf(content: bytes) -> tuple[int, list[tuple[int, str]]]:
    """How many pages, then number and Markdown of each that has text. Raises Unreadable."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable("This PDF is locked with a password.") from error
        raise Unreadable("This PDF is damaged and cannot be opened.") from error
    if len(document) > MAX_PAGES:
        raise Unreadable(f"This PDF has {len(document)} pages; I read up to {MAX_PAGES}.")
    pages = [_lines(document[index]) for index in range(len(document))]
    if not any(pages):
        raise Unreadable("This PDF has no text in it: it may be a scan.")
    levels = heading_levels(pages)
    kept = enumerate(without_running_lines(pages), 1)
    return len(pages), [(number, to_markdown(lines, levels)) for number, lines in kept if lines]


def _lines(page: pypdfium2.PdfPage) -> list[Line]:
    text_page = page.get_textpage()
    try:
        return list(_measured(text_page))
    finally:
        text_page.close()
        page.close()


def _measured(text_page: pypdfium2.PdfTextPage) -> Iterator[Line]:
    start = 0
    for line in text_page.get_text_range().split("\r\n"):
        words = " ".join(line.replace("\ufffe", "-").replace("\0", "").split())
        if words:
            first = start + len(line) - len(line.lstrip())
            size = raw.FPDFText_GetFontSize(text_page.raw, first)
            yield Line(words, round(size * 2) / 2)
        start += len(line) + 2


def without_running_lines(pages: list[list[Line]]) -> list[list[Line]]:
    """Drop what stands at the top or foot of most pages: a title, a page number, a notice."""
    if len(pages) < _RUNNING_PAGES:
        return pages
    seen = Counter(
        key for lines in pages for key in {_running_key(line) for line in lines[:2] + lines[-2:]}
    )
    running = {key for key, times in seen.items() if times >= _RUNNING_SHARE * len(pages)}
    return [
        [
            line
            for place, line in enumerate(lines)
            if not (_is_edge(place, len(lines)) and _running_key(line) in running | {"#"})
        ]
        for lines in pages
    ]


def _is_edge(place: int, length: int) -> bool:
    return place < 2 or place >= length - 2


def _running_key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text.lower())


def heading_levels(pages: list[list[Line]]) -> dict[float, int]:
    """Letter size → heading level, for sizes well above the one most letters have."""
    letters: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            letters[line.size] += len(line.text)
    body = letters.most_common(1)[0][0]
    larger = sorted((size for size in letters if size >= body * _HEADING_RATIO), reverse=True)
    return {size: min(place, _LEVELS) for place, size in enumerate(larger, 1)}


def to_markdown(lines: list[Line], levels: dict[float, int]) -> str:
    """Lines joined to paragraphs again, headings marked."""
    longest = max((len(line.text) for line in lines), default=0)
    out: list[str] = []
    joins = False  # whether the next line goes on with this paragraph
    number = 0  # of the list item before
    for line in lines:
        level = levels.get(line.size)
        if level and len(line.text) <= _HEADING_LENGTH:
            out.append(f"{'#' * level} {line.text}")
            joins, number = False, 0
            continue
        item = _ITEM.match(line.text)
        if item and int(item[1]) in (1, number + 1):
            joins, number = False, int(item[1])
        if joins:
            out[-1] = _joined(out[-1], line.text)
        else:
            out.append(line.text)
        joins = _goes_on(line.text, longest)
    return "\n\n".join(out)


def _joined(before: str, after: str) -> str:
    if before.endswith("-") and before[-2:-1].isalpha() and after[:1].islower():
        return before[:-1] + after
    return f"{before} {after}"


def _goes_on(text: str, longest: int) -> bool:
    ends = text.endswith((".", "!", "?", ":", ";"))
    return len(text) >= _FULL_LINE * longest or not (ends or len(text) < longest / 2)
