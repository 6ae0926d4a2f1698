"""Where an answer cites, and what each citation stands behind."""

import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

MOST_MARKS = 200  # of one answer; those beyond it stand behind nothing
LONGEST_CLAIM = 1_000  # characters; of a longer one the end
_MOST_IN_A_RANGE = 10
_FEWEST_WORDS = 3  # a claim of fewer is read with the sentence before it: "18 weeks. Yes. [1]"

# Also digits that are raised, and brackets of other scripts: readers take them for citations.
_DIGITS = "[\\d⁰¹²³⁴-⁹₀-₉]{1,3}"
_LIST = rf"\^?{_DIGITS}(?:\s?(?:[,;–-]|and|&)\s?{_DIGITS}){{0,19}}"
_ONE = re.compile(rf"\[\s?({_LIST})\s?\]|【({_LIST})[^】\n]{{0,20}}】|［({_LIST})］|〔({_LIST})〕")
_BETWEEN = re.compile(r"[ \t]?[,;]?[ \t]?")
_DIGIT_RUN = re.compile(_DIGITS)
_FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
_CODE = re.compile(r"`[^`\n]{1,300}`")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]*_]{0,4}\s+(?=\S)|(?<=[。！？])")
_NEW_BLOCK = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)]|#{1,6}|>|\|)")
_LEAD = re.compile(r"^[\s>]*(?:(?:[-*+•]|\d{1,3}[.)])\s+|#{1,6}\s+)?")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Mark:
    """One or several citations side by side: `[1][2]`, `[1, 2]`. *claim* is what they stand behind, word
    for word the source's if it *quotes*; *numbers* what they name, in the order in which they are written."""

    start: int
    end: int
    numbers: tuple[int, ...]
    claim: str
    quotes: bool = False


def find_marks(text: str) -> Iterator[Mark]:
    """In reading order. What is code is no citation; those beyond MOST_MARKS stand behind nothing."""
    groups = list(_groups(text))
    for place, (start, end, numbers) in enumerate(groups):
        left = groups[place - 1][1] if place else 0
        right = groups[place + 1][0] if place + 1 < len(groups) else len(text)
        claim = _claim(text, left, start, end, right) if place < MOST_MARKS else ""
        line = text[text.rfind("\n", 0, start) + 1 : start]
        quotes = line.lstrip().startswith(">")
        yield Mark(start, end, tuple(dict.fromkeys(numbers)), claim, quotes)


def _groups(text: str) -> Iterator[tuple[int, int, list[int]]]:
    code = deque(_code(text))
    held: tuple[int, int, list[int]] | None = None
    for found in _ONE.finditer(text):
        while code and code[0][1] <= found.start():
            code.popleft()
        if code and code[0][0] < found.end():
            continue
        numbers = _numbers(found[found.lastindex or 0])
        if held and _BETWEEN.fullmatch(text, held[1], found.start()):
            held = (held[0], found.end(), held[2])
            held[2].extend(numbers)
            continue
        if held:
            yield held
        held = (found.start(), found.end(), numbers)
    if held:
        yield held


def _numbers(written: str) -> list[int]:
    """`1, 3-5` → 1, 3, 4, 5."""
    plain = unicodedata.normalize("NFKC", written)
    runs = [(int(run[0]), run.start()) for run in _DIGIT_RUN.finditer(plain)]
    numbers: list[int] = []
    for number, start in runs:
        is_range = plain[:start].rstrip().endswith(("-", "–"))
        if numbers and is_range and 0 < number - numbers[-1] <= _MOST_IN_A_RANGE:
            numbers.extend(range(numbers[-1] + 1, number))
        numbers.append(number)
    return numbers


def _code(text: str) -> list[tuple[int, int]]:
    """Where code stands: fenced, to the end if nothing closes it, and in a line."""
    spans: list[tuple[int, int]] = []
    opened: tuple[int, str] | None = None
    place = 0
    for line in text.splitlines(keepends=True):
        fence = _FENCE.match(line)
        if opened and fence and fence[1] == opened[1]:
            spans.append((opened[0], place + len(line)))
            opened = None
        elif fence and not opened:
            opened = (place, fence[1])
        elif not opened:
            spans.extend((place + s.start(), place + s.end()) for s in _CODE.finditer(line))
        place += len(line)
    return [*spans, (opened[0], len(text))] if opened else spans


def _claim(text: str, left: int, start: int, end: int, right: int) -> str:
    """The sentence that ends in the mark; where nothing stands before it, the one after."""
    before = text[max(left, _block_start(text, start), start - LONGEST_CLAIM) : start]
    claim = _last_sentence(before)
    if not _WORD.search(claim):
        after = text[end : min(right, end + LONGEST_CLAIM)].split("\n", 1)[0]
        claim = _SENTENCE_END.split(after.lstrip(" .:–-"), maxsplit=1)[0]
    if not _WORD.search(claim):
        held = text[max(left, start - LONGEST_CLAIM) : start].rstrip()
        claim = _last_sentence(held[_block_start(held, len(held)) :])
    return _LEAD.sub("", claim).strip()


def _last_sentence(text: str) -> str:
    sentences = [part for part in _SENTENCE_END.split(text) if part and part.strip()]
    claim = ""
    for sentence in reversed(sentences):
        claim = f"{sentence.strip()} {claim}".strip()
        if len(_WORD.findall(claim)) >= _FEWEST_WORDS:
            break
    return claim


def _block_start(text: str, place: int) -> int:
    """Where the paragraph, item, quotation or table cell begins in which *place* lies."""
    start = text.rfind("\n", 0, place) + 1
    line = text[start:place]
    if line.lstrip().startswith("|"):
        return text.rfind("|", start, place) + 1
    is_quotation = line.lstrip().startswith(">")
    while start > 0 and place - start < LONGEST_CLAIM:
        above = text.rfind("\n", 0, start - 1) + 1
        previous = text[above : start - 1]
        if is_quotation:
            goes_on = previous.lstrip().startswith(">")
        else:
            here = text[start:place]
            is_new = _NEW_BLOCK.match(here) or not _WORD.search(here)
            goes_on = bool(previous.strip()) and not is_new and not _FENCE.match(previous)
        if not goes_on:
            break
        start = above
    return start
