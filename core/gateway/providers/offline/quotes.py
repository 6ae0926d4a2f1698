"""Which sentences of the passages speak to a question: by the words they share with it, weighted by rarity, by
how close they come to it in meaning where that can be told, and by whether they have what it asks for."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.gateway.model import Passage
from core.gateway.providers.offline.expected import expected
from core.gateway.providers.offline.pieces import HEADING_PATH, Piece, pieces

MOST_QUOTES = 5
# A quote must carry this share of what the best one carries, or it is noise.
WORTH_QUOTING = 0.65
# Words of the heading above a sentence and of the title count, but less than its own.
HEADING_SHARE = 0.4
# So do the names of a row's columns; in full, every row of a table would answer alike.
COLUMN_SHARE = 0.8
# A question of fewer words of its own leans on the one before, whose words count for so much.
FEW_WORDS = 3
EARLIER_SHARE = 0.8
# The search has judged the passages: a quote counts by this power of its passage's score, against the
# best one's. Without scores each place down takes this share of a quote's weight.
FIT_POWER = 5
PLACE_SHARE = 0.3
# Where sentences are compared by meaning, that is so much of a quote's weight and its words are the rest; the
# passage's score then counts as it is. From .6 to .9 the golden sets hardly change.
MEANING_SHARE = 0.75
FIT_POWER_WITH_MEANING = 1
LONGEST_COMPARED = 300  # characters of a candidate
# What lacks the kind of thing that is asked for, a number or a time.
OTHER_KIND_SHARE = 0.5
# What is no sentence names a thing and says nothing of it.
CAPTION_SHARE = 0.5

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """a about all also am an and any are as at be been but by can could did do does for from get
    give had has have how i if in into is it its just like many may me more most much must my need
    no not of on one only or our out please say says shall she should so some tell than that the
    their them then there these they this to under up us was we were what when where which who
    why will with would you your
    big early far fast find happens large late long now often soon""",
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
    said: str  # the text under its heading, as its meaning is compared
    is_caption: bool
    worth: Mapping[str, float]  # of each word it answers to, from 0 to 1


def to_compare(passages: Sequence[Passage]) -> list[str]:
    """What there is to quote, as its meaning is compared with the question."""
    return list(dict.fromkeys(c.said for passage in passages for c in _candidates(passage)))


def best_quotes(
    question: str,
    passages: Sequence[Passage],
    before: str = "",
    closeness: Mapping[str, float] | None = None,
) -> list[Quote]:
    """The sentences, list items and table rows that answer best, best first; never reworded.

    *before* is the question asked just before: "How often?" says nothing without it. *closeness* in
    meaning of what is `to_compare`; None where it cannot be told.
    """
    candidates = [c for passage in passages for c in _candidates(passage)]
    shared = _shared(candidates, _wanted(question, before))
    fits = _fits(passages, FIT_POWER if closeness is None else FIT_POWER_WITH_MEANING)
    speaks, has = _speaks(candidates, shared, closeness), expected(question)
    scored = [
        (speaks[place] * fits[c.number] * (1.0 if has(c.text) else OTHER_KIND_SHARE), -place, c)
        for place, c in enumerate(candidates)
    ]
    scored.sort(key=lambda entry: entry[:2], reverse=True)
    if not scored or scored[0][0] == 0:
        # The search judged by meaning and no word is shared: begin where it would begin.
        said = [c for c in candidates if not c.is_caption] or candidates
        return [Quote(c.number, c.text) for c in said[:2]]
    floor = scored[0][0] * WORTH_QUOTING
    return _distinct(c for score, _, c in scored if score >= floor)


def _shared(candidates: Sequence[_Candidate], wanted: Mapping[str, float]) -> list[float]:
    """For each candidate, what the words that it shares with the question weigh."""
    seen_in = Counter(word for c in candidates for word in c.worth.keys() & wanted.keys())
    rarity = {
        word: wanted[word] * math.log(1 + len(candidates) / count)
        for word, count in seen_in.items()
    }
    return [_score(candidate, rarity) for candidate in candidates]


def _speaks(
    candidates: Sequence[_Candidate],
    shared: Sequence[float],
    closeness: Mapping[str, float] | None,
) -> list[float]:
    """By words, and by meaning if that can be told, from 0 to 1."""
    most = max(shared, default=0.0) or 1.0
    by_words = [weight / most for weight in shared]
    if closeness is None:
        return by_words
    by_meaning = [
        max(0.0, closeness.get(c.said, 0.0)) * (CAPTION_SHARE if c.is_caption else 1.0)
        for c in candidates
    ]
    return [
        (1 - MEANING_SHARE) * words + MEANING_SHARE * meaning
        for words, meaning in zip(by_words, by_meaning, strict=True)
    ]


def _fits(passages: Sequence[Passage], power: int) -> dict[int, float]:
    """By number, how much each passage counts: as the search judged it, else by its place."""
    best = max((passage.score or 0.0 for passage in passages), default=0.0)
    return {
        passage.number: (passage.score / best) ** power
        if passage.score and best
        else (1 - PLACE_SHARE) ** (passage.number - 1)
        for passage in passages
    }


def _wanted(question: str, before: str) -> dict[str, float]:
    """The words that count, and how much each does."""
    asked = stems(question) - _COMMON_STEMS
    earlier = stems(before) - _COMMON_STEMS if leans(question) else frozenset()
    if not asked | earlier:
        return dict.fromkeys(stems(question), 1.0)
    return dict.fromkeys(earlier, EARLIER_SHARE) | dict.fromkeys(asked, 1.0)


def leans(question: str) -> bool:
    """Whether it says little of its own."""
    return len(stems(question) - _COMMON_STEMS) < FEW_WORDS


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


def _score(candidate: _Candidate, rarity: Mapping[str, float]) -> float:
    return sum(worth * rarity.get(word, 0.0) for word, worth in candidate.worth.items())


def _distinct(candidates: Iterator[_Candidate]) -> list[Quote]:
    quotes: list[Quote] = []
    seen: list[str] = []
    for candidate in candidates:
        text = candidate.text.casefold()
        # An item of a list that is quoted whole is not quoted again, nor the other way about.
        if not any(text in other or other in text for other in seen):
            seen.append(text)
            quotes.append(Quote(candidate.number, candidate.text))
        if len(quotes) == MOST_QUOTES:
            break
    return quotes


def _candidates(passage: Passage) -> Iterator[_Candidate]:
    for piece in pieces(passage.text, passage.heading or passage.title):
        own = stems(piece.about)
        if own:
            worth = _worth(piece, own, passage.title)
            above = piece.heading.rpartition(HEADING_PATH)[2]
            said = f"{above}: {piece.text}"[:LONGEST_COMPARED]
            yield _Candidate(passage.number, piece.text, said, piece.is_caption, worth)


def _worth(piece: Piece, own: frozenset[str], title: str) -> Mapping[str, float]:
    # A heading alone never makes a sentence an answer's first choice, it only lifts it.
    around = dict.fromkeys(stems(f"{title} {piece.heading}"), HEADING_SHARE)
    beside = dict.fromkeys(stems(piece.columns), COLUMN_SHARE)
    whole = CAPTION_SHARE if piece.is_caption else 1.0
    return {
        word: whole * share for word, share in (around | beside | dict.fromkeys(own, 1.0)).items()
    }
