"""Excel: a section for each sheet, a table for each block of rows, values as Excel shows them."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from core.knowledge.reading.formats.markdown import heading, one_line, table
from core.knowledge.reading.formats.office.archive import Archive
from core.knowledge.reading.formats.office.number_formats import NumberFormats
from core.knowledge.reading.formats.office.xml import (
    attribute,
    child,
    each,
    inside,
    local,
    parsed,
    related,
    words,
)
from core.knowledge.reading.formats.reading import (
    MAX_TEXT,
    TOO_MUCH_TEXT,
    Parts,
    Reading,
    Unreadable,
    first_names,
)

_MAIN = "xl/workbook.xml"
_NOT_SHOWN = ("hidden", "veryHidden")
_MOST_NAMES = 5
_LONGEST_NAME = 31  # Excel's own limit
_COLUMN = re.compile(r"[A-Z]{1,3}")
Row = dict[int, str]  # a cell far to the right must not cost all those before it


def read_sheets(archive: Archive) -> Reading:
    """Raises Unreadable."""
    workbook = parsed(archive, _MAIN)
    known = related(archive, _MAIN)
    reader = _Cells(archive, known, workbook)
    parts: Parts = []
    hidden: list[str] = []
    for sheet in inside(workbook, "sheet"):
        found = next((value for key, value in sheet.items() if key.endswith("}id")), "")
        kind, part = known.get(found, ("", ""))
        if kind != "worksheet" or part not in archive:
            continue
        if attribute(sheet, "state") in _NOT_SHOWN:
            hidden.append(one_line(attribute(sheet, "name"))[:_LONGEST_NAME])
        else:
            parts.append((None, _sheet(reader, part, attribute(sheet, "name"))))
    # Nobody sees it who opens the file, and who sent it may not know that it is there.
    said = f"I did not read what is hidden in it: {first_names(hidden, _MOST_NAMES)}."
    shown = [(page, text) for page, text in parts if text]
    return Reading("xlsx", shown, notes=(said,) if hidden else ())


def _sheet(reader: "_Cells", part: str, name: str) -> str:
    tables = [table(block) for block in _blocks(reader.rows(part))]
    if not any(tables):
        return ""
    return "\n\n".join([heading(1, f"Sheet: {name}"), *(text for text in tables if text)])


def _blocks(rows: Iterator[Row]) -> Iterator[list[list[str]]]:
    """Rows between empty rows: a sheet often holds a title and several tables."""
    held: list[Row] = []
    for row in rows:
        if row:
            held.append(row)
        elif held:
            yield _dense(held)
            held = []
    if held:
        yield _dense(held)


def _dense(rows: list[Row]) -> list[list[str]]:
    used = sorted({column for row in rows for column in row})
    return [[row.get(column, "") for column in used] for row in rows]


class _Cells:
    """The cells of a workbook as text."""

    def __init__(
        self, archive: Archive, known: dict[str, tuple[str, str]], workbook: Element
    ) -> None:
        self._archive = archive
        self._left = MAX_TEXT
        places = dict(known.values())
        shared = places.get("sharedStrings", "")
        self._shared = (
            [_string(entry) for entry in each(archive, shared, "si")] if shared in archive else []
        )
        self._formats = NumberFormats(archive, places.get("styles", ""), workbook)

    def rows(self, part: str) -> Iterator[Row]:
        """Row by row; an empty one where rows are left out."""
        last = 0
        for row in each(self._archive, part, "row"):
            number = attribute(row, "r")
            place = int(number) if number.isdecimal() else last + 1
            if place > last + 1:
                yield {}
            last = place
            yield self._row(row)

    def _row(self, row: Element) -> Row:
        cells: Row = {}
        column = 0
        for cell in row:
            if local(cell) != "c":
                continue
            letters = _COLUMN.match(attribute(cell, "r"))
            column = _number(letters[0]) if letters else column + 1
            value = self._value(cell)
            if value:
                cells[column] = value
                self._left -= len(value)
        if self._left < 0:
            raise Unreadable(TOO_MUCH_TEXT)
        return cells

    def _value(self, cell: Element) -> str:
        kind = attribute(cell, "t")
        if kind == "inlineStr":
            return _string(cell)
        found = child(cell, "v")
        value = (found.text or "") if found is not None else ""
        if kind == "s":
            known = value.isdecimal() and int(value) < len(self._shared)
            return self._shared[int(value)] if known else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind in ("str", "e", "d"):
            return value
        return self._formats.shown(value, attribute(cell, "s"))


def _string(element: Element) -> str:
    """The words of a string; how they are pronounced stands beside them and is left out."""
    for inner in list(element):
        if local(inner) == "rPh":
            element.remove(inner)
    return words(element)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
