"""Numbers as Excel shows them: a day is kept as a number, and only its format says that it is one."""

import math
import re
from contextlib import suppress
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from core.knowledge.reading.formats.office.archive import Archive
from core.knowledge.reading.formats.office.xml import attribute, child, inside, parsed

_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_BUILT_IN_SHARES = frozenset((9, 10))
_NO_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')  # words, colours and spacing in a format
_DATE_SIGN = re.compile(r"[ymdhs]", re.I)
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  # a day in a sheet has no time zone
_FIRST_DAY_OF_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_DAY = 2_958_465  # the end of the year 9999


class NumberFormats:
    """How the cells of a workbook are shown, as far as it changes what they mean."""

    def __init__(self, archive: Archive, part: str, workbook: Element) -> None:
        properties = child(workbook, "workbookPr")
        since_1904 = properties is not None and attribute(properties, "date1904") in ("1", "true")
        self._first_day = _FIRST_DAY_OF_1904 if since_1904 else _FIRST_DAY
        self._kinds: list[str] = []
        if part in archive:
            self._kinds = _kinds(parsed(archive, part))

    def shown(self, value: str, style: str) -> str:
        """*value* as it is read in the sheet; anything but a number as it is."""
        try:
            number = float(value)
        except ValueError:
            return value
        if not math.isfinite(number):
            return value
        known = style.isdecimal() and int(style) < len(self._kinds)
        kind = self._kinds[int(style)] if known else ""
        if kind == "date" and 0 <= number <= _LAST_DAY:
            with suppress(OverflowError):  # the year 9999 ends sooner where days count from 1904
                return self._date(number)
        if kind == "share":
            return f"{_plain(number * 100)}%"
        return _plain(number)

    def _date(self, number: float) -> str:
        moment = self._first_day + timedelta(seconds=round(number * 86_400))
        if number < 1:
            return f"{moment:%H:%M}" if moment.second == 0 else f"{moment:%H:%M:%S}"
        has_time = (moment.hour, moment.minute, moment.second) != (0, 0, 0)
        return f"{moment:%Y-%m-%d %H:%M}" if has_time else f"{moment:%Y-%m-%d}"


def _kinds(styles: Element) -> list[str]:
    """For each style of a cell: `date`, `share`, or nothing."""
    codes = {
        attribute(entry, "numFmtId"): attribute(entry, "formatCode")
        for entry in inside(styles, "numFmt")
    }
    formats = child(styles, "cellXfs")
    entries = formats if formats is not None else ()
    return [_kind(attribute(entry, "numFmtId"), codes) for entry in entries]


def _kind(number: str, codes: dict[str, str]) -> str:
    code = _NO_FORMAT.sub("", codes.get(number, "").split(";")[0])
    built_in = int(number) if number.isdecimal() and number not in codes else -1
    if built_in in _BUILT_IN_DATES or _DATE_SIGN.search(code.replace("General", "")):
        return "date"
    return "share" if built_in in _BUILT_IN_SHARES or "%" in code else ""


def _plain(number: float) -> str:
    """Fifteen digits, as Excel keeps them: 0.1 + 0.2 is 0.3."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.15g}"
