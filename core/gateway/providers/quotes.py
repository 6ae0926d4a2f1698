"""Which sentences of the passages speak to a question: plain word overlap, weighted by rarity."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.gateway.model import Passage

MOST_QUOTES = 5
MOST_CHARACTERS = 420
# A quote must carry this share of what the best one carries, or it is noise.
WORTH_QUOTING = 0.65
# Words of the heading above a sentence count, but less than its own.
HEADING_SHARE = 0.4
# A question of fewer words of its own leans on the one before, whose words count for so much.
FEW_WORDS = 3
EARLIER_SHARE = 0.8
# The search put the passages in order; each place down takes this share of a quote's weight.
PLACE_SHARE = 0.05

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[^\Wa-z_])")
_LIST_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_FENCE = ("```", "~~~")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """a about all also am an and any are as at be been but by can could did do does for from get
    give had has have how i if in into is it its just like many may me more most much must my need
    no not of on one only or our out please say says shall she should so some tell than that the
    their them then there these they this to under up us was we were what when where which who
    why will with would you your""",
    )
)


@dataclass(frozen=True, slots=True)
class Quote:
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: int
    text: str
    words: frozenset[str]
    around: frozenset[str]


def best_quotes(question: str, passages: Sequence[Passage], before: str = "") -> list[Quote]:
    """The sentences, list items and table rows that answer best, best first; never reworded.

    *before* is the question asked just before: "How often?" says nothing without it.
    """
    candidates = [c for passage in passages for c in _candidates(passage)]
    wanted = _wanted(question, before)
    seen_in = Counter(word for c in candidates for word in (c.words | c.around) & wanted.keys())
    rarity = {
        word: wanted[word] * math.log(1 + len(candidates) / count)
        for word, count in seen_in.items()
    }
    scored = [
        (_score(c, rarity) * (1 - PLACE_SHARE) ** (c.number - 1), -place, c)
        for place, c in enumerate(candidates)
    ]
    scored.sort(key=lambda entry: entry[:2], reverse=True)
    if not scored or scored[0][0] == 0:
        # The search judged by meaning and no word is shared: begin where it would begin.
        return [Quote(c.number, c.text) for c in candidates[:2]]
    floor = scored[0][0] * WORTH_QUOTING
    return _distinct(c for score, _, c in scored if score >= floor)


def _wanted(question: str, before: str) -> dict[str, float]:
    """The words that count, and how much each does."""
    asked = stems(question) - _COMMON_STEMS
    earlier = stems(before) - _COMMON_STEMS if len(asked) < FEW_WORDS else frozenset()
    if not asked | earlier:
        return dict.fromkeys(stems(question), 1.0)
    return dict.fromkeys(earlier, EARLIER_SHARE) | dict.fromkeys(asked, 1.0)


def stems(text: str) -> frozenset[str]:
    """The words of *text*, folded so that "weeks" meets "week"."""
    return frozenset(_stem(word) for word in _WORD.findall(text.casefold()))


def _stem(word: str) -> str:
    word = re.split("['’]", word)[0]
    for ending in ("ing", "ies", "ed", "es", "s"):
        if len(word) > len(ending) + 2 and word.endswith(ending) and not word.endswith("ss"):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


_COMMON_STEMS = frozenset(_stem(word) for word in _COMMON)


def _score(candidate: _Candidate, rarity: dict[str, float]) -> float:
    own = sum(rarity.get(word, 0.0) for word in candidate.words)
    around = sum(rarity.get(word, 0.0) for word in candidate.around - candidate.words)
    # A heading alone never makes a sentence an answer's first choice, it only lifts it.
    return own + HEADING_SHARE * around


def _distinct(candidates: Iterator[_Candidate]) -> list[Quote]:
    quotes: list[Quote] = []
    seen: set[str] = set()
    for candidate in candidates:
        if candidate.text.casefold() not in seen:
            seen.add(candidate.text.casefold())
            quotes.append(Quote(candidate.number, candidate.text))
        if len(quotes) == MOST_QUOTES:
            break
    return quotes


def _candidates(passage: Passage) -> Iterator[_Candidate]:
    heading = passage.heading or passage.title
    for kind, text in _pieces(passage.text):
        if kind == "heading":
            heading = text
            continue
        text = _shortened(text)
        if stems(text):
            yield _Candidate(passage.number, text, stems(text), stems(heading))


def _pieces(markdown: str) -> Iterator[tuple[str, str]]:
    """Headings, and the smallest parts that still make sense alone."""
    prose: list[str] = []
    columns: list[str] | None = None
    lines = [*(line.strip("> \t") for line in markdown.splitlines()), ""]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        is_row, item = line.startswith("|"), _LIST_ITEM.match(line)
        if line and not (is_row or item or line.startswith(("#", *_FENCE))):
            prose.append(line)
            continue
        yield from (("text", sentence) for sentence in _sentences(" ".join(prose)))
        prose = [line[item.end() :]] if item else []
        columns = columns if is_row else None
        if line.startswith("#"):
            yield "heading", line.strip("# ")
        elif is_row and _is_rule(following):
            columns = _cells(line)
        elif is_row and not _is_rule(line):
            yield "text", _row(columns or [], _cells(line))


def _is_rule(line: str) -> bool:
    return "-" in line and "|" in line and set(line) <= set("|:- \t")


def _sentences(prose: str) -> list[str]:
    return [part for part in _SENTENCE_END.split(prose) if part.strip()]


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _row(columns: list[str], cells: list[str]) -> str:
    """A table row that carries its column names, since the table's head is not quoted."""
    named = [*columns, *[""] * len(cells)]
    pairs = zip(named, cells, strict=False)
    return " · ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)


def _shortened(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    return text[:MOST_CHARACTERS].rsplit(" ", 1)[0] + " …"
