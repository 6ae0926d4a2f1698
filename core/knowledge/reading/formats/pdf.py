"""The text of a PDF, page by page, with headings told by their size and running heads left out."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import product

import pypdfium2
from pypdfium2 import raw

from core.knowledge.reading.confinement.limits import allow_cpu, cpu_for
from core.knowledge.reading.formats.reading import MAX_TEXT, TOO_MUCH_TEXT, Reading, Unreadable

MAX_PAGES = 2_000
_HEADING_RATIO = 1.15  # how much larger than the body's a heading's letters are
_HEADING_LENGTH = 120
_RUNNING_SHARE = 0.6  # on how many pages a line stands before it is a running head or foot
_RUNNING_PAGES = 3
_LEVELS = 3
_ITEM = re.compile(r"(\d{1,2})[.)] \S")
_BULLET = re.compile(r"[•‣▪◦●○■□–·]\s*(?=\S)")
_LEADER = re.compile(r"(?: ?\.){4,} ?")  # dots that lead the eye to a number
_NUMBER = re.compile(r"\d{1,9}")
_MOST_NUMBERS = 3  # in a running line: a page, of how many, and a year
_HEAD_LINES = 4  # at the head and foot of a page together
_MOST_NAMED = 8  # runs of scanned pages
_FULL_LINE = 0.75  # of the longest line: a shorter one ends its paragraph


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    size: float  # of its first letter, in points, to half a point


def read_pdf(content: bytes) -> Reading:
    """Each page that has text, as Markdown; pages that are pictures alone are named. Raises Unreadable."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable("This PDF is locked with a password.") from error
        raise Unreadable("This PDF is damaged and cannot be opened.") from error
    if len(document) > MAX_PAGES:
        raise Unreadable(f"This PDF has {len(document)} pages; I read up to {MAX_PAGES}.")
    allow_cpu(cpu_for(len(document)))
    read = _Pages.read(document)
    if not any(read.lines):
        raise Unreadable("This PDF has no text in it: it may be a scan.")
    levels = heading_levels(read.lines)
    kept = list(enumerate(without_running_lines(read.lines, read.pictured), 1))
    scans = [number for number, lines in kept if not lines and number in read.pictured]
    notes = (
        _said_of(scans, "a picture without text (a scan)", "pictures without text"),
        _said_of(read.damaged, "damaged", "damaged"),
    )
    parts = [(number, to_markdown(lines, levels)) for number, lines in kept if lines]
    return Reading("pdf", list(parts), len(kept), tuple(note for note in notes if note))


@dataclass(slots=True)
class _Pages:
    """The lines of each page, and the numbers of those where something else stands."""

    lines: list[list[Line]] = field(default_factory=list)
    pictured: set[int] = field(default_factory=set)
    damaged: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, document: pypdfium2.PdfDocument) -> "_Pages":
        pages, length = cls(), 0
        for number in range(1, len(document) + 1):
            lines = pages._read(document, number)
            pages.lines.append(lines)
            length += sum(len(line.text) for line in lines)
            if length > MAX_TEXT:
                raise Unreadable(TOO_MUCH_TEXT)
        return pages

    def _read(self, document: pypdfium2.PdfDocument, number: int) -> list[Line]:
        try:
            page = document[number - 1]
            lines = _lines(page)
        except pypdfium2.PdfiumError:  # one bad page does not spoil the others
            self.damaged.append(number)
            return []
        # A running head may stand on a scan too.
        if len(lines) <= _HEAD_LINES and _has_picture(page):
            self.pictured.add(number)
        page.close()
        return lines


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    return any(page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3))


def _said_of(numbers: list[int], one: str, many: str) -> str:
    """What is wrong with these pages, for the person; nothing for none."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    named = [f"{a}" if a == b else f"{a}–{b}" for a, b in runs[:_MOST_NAMED]]
    if len(numbers) == 1:
        return f"Page {named[0]} is {one}: I cannot read it."
    more = " and others" if len(runs) > _MOST_NAMED else ""
    return f"Pages {', '.join(named)}{more} are {many}: I cannot read them." if runs else ""


def _lines(page: pypdfium2.PdfPage) -> list[Line]:
    text_page = page.get_textpage()
    try:
        return list(_measured(text_page))
    finally:
        text_page.close()


def _measured(text_page: pypdfium2.PdfTextPage) -> Iterator[Line]:
    start = 0
    for line in text_page.get_text_range().split("\r\n"):
        words = " ".join(line.replace("\ufffe", "-").replace("\0", "").split())
        if words:
            first = start + len(line) - len(line.lstrip())
            size = raw.FPDFText_GetFontSize(text_page.raw, first)
            yield Line(_LEADER.sub(" … ", words).strip(), round(size * 2) / 2)
        start += len(line) + 2


def without_running_lines(
    pages: list[list[Line]], pictured: Collection[int] = ()
) -> list[list[Line]]:
    """Drop what stands at the top or foot of most pages: a title, a page number, a notice.

    Where that is all that most pages say, it is no running line; but of those that are *pictured*, by
    their numbers, nothing need remain.
    """
    if len(pages) < _RUNNING_PAGES:
        return pages
    keys = [
        [
            _running_keys(line, number) if _is_edge(place, len(lines)) else set[str]()
            for place, line in enumerate(lines)
        ]
        for number, lines in enumerate(pages, 1)
    ]
    seen = Counter(key for page in keys for key in set[str]().union(*page))
    running = {key for key, times in seen.items() if times >= _RUNNING_SHARE * len(pages)} | {"#"}
    kept = [
        [line for line, known in zip(lines, page, strict=True) if running.isdisjoint(known)]
        for lines, page in zip(pages, keys, strict=True)
    ]
    written = [n for n, lines in enumerate(pages) if lines and n + 1 not in pictured]
    if 2 * sum(not kept[n] for n in written) > len(written):
        return [lines if n in written else kept[n] for n, lines in enumerate(pages)]
    return kept


def _is_edge(place: int, length: int) -> bool:
    return place < 2 or place >= length - 2


def _running_keys(line: Line, page: int) -> set[str]:
    """What it may be known by on other pages: its words, and each number as it stands or as far as it
    is from the page's. What differs from page to page in any other way is not the same line: prices of
    a list, amounts of invoices. What has no letters is known by its signs."""
    text = line.text.lower()
    if not any(map(str.isalpha, text)):
        return {_NUMBER.sub("#", text)}
    numbers = _NUMBER.findall(text)
    if len(numbers) > _MOST_NUMBERS:
        return {text}
    pattern = _NUMBER.sub("\0", text)
    ways = product(*((number, f"#{int(number) - page}") for number in numbers))
    return {"\0".join((pattern, *way)) for way in ways}


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
    """Lines joined to paragraphs again, headings and items marked."""
    longest = max((len(line.text) for line in lines), default=0)
    out: list[str] = []
    joins = False  # whether the next line goes on with this paragraph
    number = 0  # of the list item before
    for line in lines:
        is_bulleted = _BULLET.match(line.text)
        level = levels.get(line.size)
        if level and len(line.text) <= _HEADING_LENGTH and not is_bulleted:
            out.append(f"{'#' * level} {line.text}")
            joins, number = False, 0
            continue
        text = _BULLET.sub("- ", line.text, count=1) if is_bulleted else line.text
        item = _ITEM.match(text)
        if item and int(item[1]) in (1, number + 1):
            joins, number = False, int(item[1])
        if joins and not is_bulleted:
            out[-1] = _joined(out[-1], text)
        else:
            out.append(text)
        joins = _goes_on(text, longest)
    return "\n\n".join(out)


def _joined(before: str, after: str) -> str:
    if before.endswith("-") and before[-2:-1].isalpha() and after[:1].islower():
        return before[:-1] + after
    return f"{before} {after}"


def _goes_on(text: str, longest: int) -> bool:
    ends = text.endswith((".", "!", "?", ":", ";"))
    return len(text) >= _FULL_LINE * longest or not (ends or len(text) < longest / 2)
