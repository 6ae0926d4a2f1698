"""The words, names and quotations of a text, as far as they can be compared without understanding it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.conversations.claims.figures import plain

STEM = 5  # letters: "approves" and "approval" begin alike
_SHORTEST = 4  # letters of a word that says something
_COMMON_SHARE = 0.15  # of the words of a text, at least, hold its sentences together
_FEWEST_COMMON = 2
MOST_QUOTATIONS = 20

_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\W\d_][^\W_]*(?:['’&-][^\W_]+)*")
_ENDS_BEFORE = re.compile(r"(?:^|[.!?:;\"“”„«»(|\n•·])[\s\"“„«»(*_>-]*$")
_EMPHASIS = re.compile(r"[*_`~]+")
_QUOTED = re.compile(r"“([^“”]{2,400})”|„([^„“”]{2,400})[“”]|«([^«»]{2,400})»|\"([^\"\n]{2,400})\"")
_LEFT_OUT = re.compile(r"\[?(?:…|\.{3})\]?")
_POSSESSIVE = re.compile(r"['’]s?$")

# Only words that no other language has: "in", "was" and "so" are German too.
_FUNCTION_WORDS = frozenset(
    re.findall(
        r"\S+",
        """and are be been but by can could does for from have if it may must not or our should than that
    the their them there they this to up were what when which who with would you your""",
    )
)
_FUNCTION_WORDS_ELSEWHERE = frozenset(  # of French, Spanish, Italian, Portuguese and Dutch
    re.findall(
        r"\S+",
        """a al aux avec che com con da dal de del della di do e een el en es et het il is la las le les lo
        los na nel no o of of ou para per por pour que se sur um un una une uma van y é è à""",
    )
)
_SAYS_LITTLE = frozenset(
    re.findall(
        r"\S+",
        """about above according after also another answer because before below being both could document
    documents does down during each every further have here into itself just like more most much need
    only other over page please said same says section should some source sources state stated states
    such than that their them then there these they this those through under until very were what when
    where which while will with would your yours""",
    )
)
# Capitals that name nobody: titles, languages, what everybody here knows.
_NO_NAMES = frozenset(
    re.findall(
        r"\S+",
        """i i'm i'll i've mr mrs ms dr prof sir madam slack aegis pdf ok yes no english german french spanish
    italian dutch portuguese european""",
    )
)


@dataclass(frozen=True, slots=True)
class Wording:
    """*text* is the words alone, between single spaces; *stems* those that say something."""

    text: str
    words: frozenset[str]
    stems: frozenset[str]
    is_english: bool
    names_by_capitals: bool  # in German every noun has one

    def joined(self, other: "Wording") -> "Wording":
        return Wording(
            f"{self.text}| {other.text}",
            self.words | other.words,
            self.stems | other.stems,
            self.is_english or other.is_english,
            self.names_by_capitals or other.names_by_capitals,
        )

    def holds(self, quotation: str) -> bool:
        return f" {quotation} " in self.text

    def share_in(self, source: "Wording") -> float:
        """How much of what it says the *source* says too, from 0 to 1; 1 where it says nothing."""
        return len(self.stems & source.stems) / len(self.stems) if self.stems else 1.0

    def words_in(self, source: "Wording") -> float:
        """The same of all its words."""
        return len(self.words & source.words) / len(self.words) if self.words else 1.0


def wording_of(text: str) -> Wording:
    words = _WORD.findall(plain(text))
    is_english = _is_of(words, _FUNCTION_WORDS)
    telling = {w[:STEM] for w in words if len(w) >= _SHORTEST and w not in _SAYS_LITTLE}
    return Wording(
        f" {' '.join(words)} ",
        frozenset(words),
        frozenset(stem for stem in telling if not stem.isdigit()),
        is_english,
        is_english or _is_of(words, _FUNCTION_WORDS_ELSEWHERE),
    )


def _is_of(words: list[str], common: frozenset[str]) -> bool:
    """Whether so many of the words that hold a language's sentences together are among them."""
    found = sum(word in common for word in words)
    return found >= _FEWEST_COMMON and found >= _COMMON_SHARE * len(words)


def quotations(text: str) -> Iterator[str]:
    """What stands between quotation marks, as `Wording.holds` takes it; without what was left out."""
    for _, found in zip(range(MOST_QUOTATIONS), _QUOTED.finditer(text), strict=False):
        quoted = next(group for group in found.groups() if group)
        for part in _LEFT_OUT.split(quoted):
            words = _WORD.findall(plain(part))
            if words:
                yield " ".join(words)


def names(text: str) -> Iterator[tuple[str, ...]]:
    """Runs of capitalized words in the middle of sentences, in small letters."""
    text = _EMPHASIS.sub("", text)
    run: list[str] = []
    last = 0
    for found in _TOKEN.finditer(text):
        between = text[last : found.start()]
        last = found.end()
        is_first = _ENDS_BEFORE.search(text[max(0, found.start() - 12) : found.start()])
        word = _POSSESSIVE.sub("", found[0])
        is_name = word[0].isupper() and not is_first and word.casefold() not in _NO_NAMES
        if run and (not is_name or between != " "):
            yield tuple(run)
            run = []
        if is_name:
            run.extend(_WORD.findall(plain(word)))
    if run:
        yield tuple(run)
