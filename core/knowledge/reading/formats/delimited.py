"""CSV and its relatives: rows of cells between commas, semicolons, tabs or bars."""

import csv
import io

from core.knowledge.reading.formats.markdown import table
from core.knowledge.reading.formats.reading import MAX_TEXT, Unreadable

_DELIMITERS = ",;\t|"
_LOOKED_AT = 50  # lines
_SURE_LINES = 3  # that many alike say it without a name


def csv_to_markdown(text: str) -> str:
    """One table. Raises Unreadable."""
    csv.field_size_limit(MAX_TEXT)
    try:
        return table(csv.reader(io.StringIO(text), delimiter=find_delimiter(text) or ","))
    except csv.Error:
        raise Unreadable("This CSV file is damaged: its rows cannot be told apart.") from None


def is_surely_delimited(text: str) -> bool:
    """Whether the lines themselves say that they are rows."""
    lines = _first_lines(text)
    return len(lines) >= _SURE_LINES and bool(find_delimiter(text))


def find_delimiter(text: str) -> str:
    """What stands equally often in each of the first lines, at least once; else nothing."""
    lines = _first_lines(text)
    best = ("", 1)
    for delimiter in _DELIMITERS:
        try:
            widths = {len(row) for row in csv.reader(lines, delimiter=delimiter)}
        except csv.Error:
            continue
        if len(widths) == 1 and (width := widths.pop()) > best[1]:
            best = (delimiter, width)
    return best[0]


def _first_lines(text: str) -> list[str]:
    return [line for line in text[:100_000].split("\n")[:_LOOKED_AT] if line.strip()]
