"""The numbers, times, months and weekdays that a text names, however it writes them."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.conversations.claims.words_of_numbers import (
    CLAIMED,
    DOUBTFUL_MONTHS,
    FOUND,
    LARGE,
    MONTHS,
    WEEKDAYS,
)

MOST_FIGURES = 200  # of one claim
_HALF_DAY = 12 * 60
_STEM = 5  # letters by which what is counted is known: "week" and "weeks"
_SHORTEST_UNIT = 3
_NEAR = 3  # words after a number among which stands what it counts: "18 full weeks"

_GAP = "['’\u00a0\u202f ]"
_NUMBER = re.compile(rf"(?<!\d)\d{{1,3}}(?:{_GAP}\d{{3}})+(?!\d)(?![.,]\d)|\d+(?:[.,]\d+)*")
_LARGER = re.compile(r"\s?(k|hundred|thousand|tausend|million|mio|mill)\b")
_FACTORS = LARGE | {"k": 1_000, "tausend": 1_000, "mio": 1_000_000, "mill": 1_000_000}
_TIME = re.compile(
    r"(?<![\d.:,])([01]?\d|2[0-4])"
    r"(?:[:h]([0-5]\d)(?:\s?([ap])\.?m\b)?|\s?([ap])\.?m\b|\s?(?:uhr|o['’]clock|heures|h)\b)"
)
_DATED = re.compile(r"\b\d{4}-(\d\d)-\d\d\b|\b(\d{1,2})[./](\d{1,2})[./]\d{2,4}\b")
_WORD = re.compile(r"[^\W\d_]+")
_COMPOUND = re.compile(r"\b([a-z]{3,9}ty)-([a-z]{3,5})\b")
_FOLLOWING = re.compile(r"[^\w.;:!?|\n]{0,3}([^\W\d_]+)")
# "18 or 20 weeks" counts both in weeks.
_ALSO = re.compile(r"\s?(?:to|or|and|-|–|/|,|bis|oder|und|à|ou|et|a|o|y)\s?(?=\d)")
_MONTH_SPAN = re.compile(r"\d[\s.,–-]{0,3}(?:(?:of|de|du)\s)?([^\W\d_]+)|([^\W\d_]+)[\s.,]{1,2}\d")
_A_UNIT = re.compile(r"\ban?\s(?=(?:second|minute|hour|day|night|week|month|year|person|head)\b)")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a source says. Numbers are written without separators, fractions with a point and no zero
    at their end; times are minutes of the day; months and weekdays are numbered from 1. *units* are
    numbers with the words near behind them, *counted* the words right behind one."""

    numbers: frozenset[str] = frozenset()
    units: frozenset[tuple[str, str]] = frozenset()
    counted: frozenset[str] = frozenset()
    minutes: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()

    def joined(self, other: "Figures") -> "Figures":
        return Figures(
            self.numbers | other.numbers,
            self.units | other.units,
            self.counted | other.counted,
            self.minutes | other.minutes,
            self.months | other.months,
            self.weekdays | other.weekdays,
        )


@dataclass(frozen=True, slots=True)
class Number:
    """`1.350` reads 1350 or 1.35; *unit* is what it counts, if a word follows."""

    readings: frozenset[str]
    unit: str = ""

    def borne_by(self, source: Figures) -> bool:
        """Where the source counts the same thing, it counts as many of it."""
        if not self.readings & source.numbers:
            return False
        if self.unit not in source.counted:
            return True
        return any((reading, self.unit) in source.units for reading in self.readings)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim says. A time without a half of the day may be either."""

    numbers: tuple[Number, ...]
    minutes: tuple[frozenset[int], ...]
    months: frozenset[int]
    weekdays: frozenset[int]

    @property
    def count(self) -> int:
        return len(self.numbers) + len(self.minutes) + len(self.months) + len(self.weekdays)

    def borne_by(self, source: Figures) -> bool:
        return (
            all(number.borne_by(source) for number in self.numbers)
            and all(readings & source.minutes for readings in self.minutes)
            and self.months <= source.months
            and self.weekdays <= source.weekdays
        )


def figures_of(text: str) -> Figures:
    """Of a source: generously, whatever can be read as a figure."""
    text = plain(text)
    rest, times = _without_times(_in_figures(text, FOUND))
    rest = _A_UNIT.sub("1 ", rest)
    numbers: set[str] = set()
    units: set[tuple[str, str]] = set()
    counted: set[str] = set()
    for number, near in _numbers(rest):
        numbers |= number.readings
        units |= {(reading, word) for reading in number.readings for word in near}
        counted |= {number.unit} - {""}
    dated = {int(part) for found in _DATED.finditer(text) for part in found.groups() if part}
    named = {MONTHS[word] for word in _words(text) if word in MONTHS}
    return Figures(
        frozenset(numbers),
        frozenset(units),
        frozenset(counted),
        frozenset(minute for readings in times for minute in readings),
        frozenset(named | dated),
        _weekdays(text),
    )


def claimed_by(text: str) -> Claimed:
    text = plain(text)
    rest, times = _without_times(_in_figures(text, CLAIMED))
    numbers = tuple(number for number, _ in _numbers(rest))
    return Claimed(
        numbers[:MOST_FIGURES],
        tuple(times[:MOST_FIGURES]),
        frozenset(_claimed_months(text)),
        _weekdays(text),
    )


def plain(text: str) -> str:
    """Small letters, compatible forms made one, every digit an ASCII one: `１８` and `١٨` are 18."""
    text = unicodedata.normalize("NFKC", text)
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return text.lower()


def _in_figures(text: str, table: Mapping[str, int]) -> str:
    """The words of *table* as figures, "twenty-one" too."""

    def compound(found: re.Match[str]) -> str:
        tens, ones = table.get(found[1]), FOUND.get(found[2])
        return str(tens + ones) if tens and ones else found[0]

    def word(found: re.Match[str]) -> str:
        number = table.get(found[0])
        return found[0] if number is None else str(number)

    return _WORD.sub(word, _COMPOUND.sub(compound, text))


def _numbers(text: str) -> Iterator[tuple[Number, frozenset[str]]]:
    """Each number with the words near behind it; a date in figures is its parts."""
    for found in _NUMBER.finditer(text):
        readings = _readings(found[0])
        end = found.end()
        if larger := _LARGER.match(text, end):
            end = larger.end()
            factor = _FACTORS[larger[1]]
            readings |= {_multiplied(reading, factor) for reading in readings}
        near = _near(text, end)
        if readings:
            unit = near[0] if near and len(near[0]) >= _SHORTEST_UNIT else ""
            yield Number(readings, unit), frozenset(near)
        else:
            for part in re.split("[.,]", found[0]):
                yield Number(frozenset({_whole(part)})), frozenset()


def _near(text: str, end: int) -> list[str]:
    """The stems of the words behind a number, those of the next one in a row of numbers."""
    also = _ALSO.match(text, end)
    if also and (following := _NUMBER.match(text, also.end())):
        end = following.end()
    near: list[str] = []
    while len(near) < _NEAR and (found := _FOLLOWING.match(text, end)):
        near.append(found[1][:_STEM].removesuffix("s"))
        end = found.end()
    return near


def _readings(written: str) -> frozenset[str]:
    """Empty where it is no one number."""
    groups = re.split(f"[.,]|{_GAP}", written)
    if len(groups) == 1:
        return frozenset({_whole(written)})
    readings = set()
    whole, *rest = groups
    if len(whole) <= 3 and whole != "0" and all(len(group) == 3 for group in rest):
        readings.add(_whole("".join(groups)))
    if "." in written or "," in written:
        *thousands, fraction = groups
        other_mark = written[-len(fraction) - 1] != written[len(whole)]
        if all(len(group) == 3 for group in thousands[1:]) and (len(thousands) == 1 or other_mark):
            readings.add(_decimal("".join(thousands), fraction))
    return frozenset(readings)


def _whole(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _decimal(whole: str, fraction: str) -> str:
    fraction = fraction.rstrip("0")
    return f"{_whole(whole)}.{fraction}" if fraction else _whole(whole)


def _multiplied(reading: str, factor: int) -> str:
    whole, _, fraction = reading.partition(".")
    zeros = len(str(factor)) - 1
    return _whole(whole + fraction.ljust(zeros, "0")) if len(fraction) <= zeros else reading


def _without_times(text: str) -> tuple[str, list[frozenset[int]]]:
    """The text with its times left out, and the minutes of the day that each may mean."""
    times: list[frozenset[int]] = []

    def note(found: re.Match[str]) -> str:
        minute, half = int(found[1]) * 60 + int(found[2] or 0), found[3] or found[4]
        if half:
            readings = {minute % _HALF_DAY + (_HALF_DAY if half == "p" else 0)}
        elif minute < _HALF_DAY + 60:
            readings = {minute, minute + _HALF_DAY}
        else:
            readings = {minute}
        times.append(frozenset(reading % (2 * _HALF_DAY) for reading in readings))
        return " | "

    return _TIME.sub(note, text), times


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _claimed_months(text: str) -> Iterator[int]:
    beside = {word for found in _MONTH_SPAN.finditer(text) for word in found.groups() if word}
    for word in _words(text):
        if word in MONTHS and (word not in DOUBTFUL_MONTHS or word in beside):
            yield MONTHS[word]


def _weekdays(text: str) -> frozenset[int]:
    """“Mondays” is one too."""
    found = (WEEKDAYS.get(word) or WEEKDAYS.get(word.removesuffix("s")) for word in _words(text))
    return frozenset(day for day in found if day)
