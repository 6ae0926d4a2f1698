"""Each citation of an answer is held against the passages that it names.

A claim is borne out when every number, time, month, weekday, name and quotation of it stands in what it
cites, and its words are not foreign to that. One that another passage bears out is cited from there; one
that none does is marked in words. Meaning is not understood: a "not" that was lost is not noticed.
Nothing here takes longer than the answer is long, whatever a model writes, and nothing raises.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from core.conversations.claims.figures import Claimed, Figures, claimed_by, figures_of
from core.conversations.claims.marks import Mark, find_marks
from core.conversations.claims.wording import Wording, names, quotations, wording_of
from core.gateway.model import Passage

NOT_IN_SOURCES = "(not in the sources)"

# A claim of whose words a smaller share is in the source speaks of something else; one of fewer words
# says too little to judge by them.
FOREIGN = 0.15
_FEWEST_STEMS = 4
# A claim is given another source only where that says this share of it, and one that is borne out
# already, only where the other says so many times more of it.
LIKE = 0.5
MUCH_MORE = 2
# Of the words of a quotation set apart, as many stand in its source: table rows lose their bars.
QUOTED = 0.9
LONGEST_SOURCE = 20_000  # characters


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer was made from: the passages it may cite, what else the model has read (*others*:
    what tools returned, what is remembered), and the words of the question."""

    passages: tuple[Passage, ...] = ()
    others: tuple[str, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """*cited* are the passages that are still cited; *unsupported* and *moved* count citations."""

    text: str
    cited: tuple[Passage, ...]
    unsupported: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True)
class _Source:
    figures: Figures
    wording: Wording

    def joined(self, other: "_Source") -> "_Source":
        return _Source(self.figures.joined(other.figures), self.wording.joined(other.wording))


@dataclass(frozen=True, slots=True)
class _Claim:
    figures: Claimed
    wording: Wording
    quotations: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    quotes: bool

    def borne_by(self, source: _Source) -> bool:
        return (
            self.figures.borne_by(source.figures)
            and all(source.wording.holds(quotation) for quotation in self.quotations)
            and all(self._is_named(name, source.wording) for name in self.names)
            and not (self.quotes and self.wording.words_in(source.wording) < QUOTED)
            and not self._is_foreign(source.wording)
        )

    def _is_named(self, name: tuple[str, ...], source: Wording) -> bool:
        if not self.wording.names_by_capitals:
            return True
        known = [word in source.words or word.removesuffix("s") in source.words for word in name]
        # Elsewhere than in English we cannot tell a title from a name that is part of it.
        return all(known) if self.wording.is_english else any(known)

    def _is_foreign(self, source: Wording) -> bool:
        judged = self.wording.is_english and source.is_english
        return (
            judged
            and len(self.wording.stems) >= _FEWEST_STEMS
            and self.wording.share_in(source) < FOREIGN
        )


def check_claims(answer: str, basis: Basis) -> Checked:
    """The answer with each citation as it should be."""
    sources = {passage.number: _of_passage(passage) for passage in basis.passages}
    others = [_source(text) for text in basis.others]
    asked, said = wording_of(basis.question), wording_of(answer[:LONGEST_SOURCE])
    kept: list[str] = []
    cited: set[int] = set()
    place = unsupported = moved = 0
    for mark in find_marks(answer):
        named = tuple(number for number in mark.numbers if number in sources)
        claim = _claim_of(mark, asked, said) if mark.claim else None
        right = _right(claim, named, sources, others) if claim else None
        written = answer[mark.start : mark.end]
        if right != mark.numbers:
            written = "".join(f"[{number}]" for number in right or ())
        before = answer[place : mark.start]
        if right is None:
            unsupported += 1
            written = NOT_IN_SOURCES if before.endswith((" ", "\n")) else f" {NOT_IN_SOURCES}"
        elif not right:
            before = before.rstrip(" ")
        moved += bool(right) and not set(right or ()) <= set(mark.numbers)
        cited.update(right or ())
        kept += [before, written]
        place = mark.end
    kept.append(answer[place:])
    listed = tuple(passage for passage in basis.passages if passage.number in cited)
    return Checked("".join(kept), listed, unsupported, moved)


def _right(
    claim: _Claim,
    named: tuple[int, ...],
    sources: Mapping[int, _Source],
    others: Sequence[_Source],
) -> tuple[int, ...] | None:
    """The passages that should be named for it; nothing where it needs none; None where it should and
    no passage says so."""
    best = max(_bearing(claim, sources), default=(0.0, 0))
    if named:
        union = _union([sources[number] for number in named])
        if claim.borne_by(union):
            is_better = best[0] > MUCH_MORE * claim.wording.share_in(union.wording)
            return (-best[1],) if is_better else named
        if best[0] < LIKE and (besides := _besides(claim, union, sources)):
            return (*named, besides)
    if best[0] >= LIKE:
        return (-best[1],)
    return () if any(claim.borne_by(other) for other in others) else None


def _bearing(claim: _Claim, sources: Mapping[int, _Source]) -> Iterator[tuple[float, int]]:
    """How much of the claim each passage says that bears it out, and its number, negative: of two
    alike the first is the better. What says nothing in words is not looked for."""
    if not claim.wording.stems:
        return
    for number, source in sources.items():
        share = claim.wording.share_in(source.wording)
        if share >= LIKE and claim.borne_by(source):
            yield share, -number


def _besides(claim: _Claim, union: _Source, sources: Mapping[int, _Source]) -> int | None:
    """The passage that bears the claim out together with those that are named."""
    share = claim.wording.share_in(union.wording)
    for number, source in sources.items():
        both = union.joined(source)
        if claim.wording.share_in(both.wording) > share and claim.borne_by(both):
            return number
    return None


def _claim_of(mark: Mark, asked: Wording, answer: Wording) -> _Claim:
    """A claim is often too short to tell its language: the whole answer tells it."""
    named = (tuple(word for word in name if word not in asked.words) for name in names(mark.claim))
    quoted = (words for words in quotations(mark.claim) if not asked.holds(words))
    wording = wording_of(mark.claim)
    wording = replace(
        wording,
        is_english=wording.is_english or answer.is_english,
        names_by_capitals=wording.names_by_capitals or answer.names_by_capitals,
    )
    return _Claim(
        claimed_by(mark.claim),
        wording,
        tuple(quoted),
        tuple(name for name in named if name),
        mark.quotes,
    )


def _union(sources: Sequence[_Source]) -> _Source:
    first, *rest = sources
    for source in rest:
        first = first.joined(source)
    return first


def _source(text: str, about: str = "") -> _Source:
    """*about* is where it stands: an answer may name that, but it says nothing of the matter."""
    text, whole = text[:LONGEST_SOURCE], f"{text[:LONGEST_SOURCE]}\n{about}"
    wording = replace(wording_of(whole), stems=wording_of(text).stems)
    return _Source(figures_of(whole), wording)


def _of_passage(passage: Passage) -> _Source:
    page = f"page {passage.page}" if passage.page is not None else ""
    text = f"{passage.heading}\n{passage.text}"
    return _source(text, f"{passage.title}\n{page}\n{passage.said_by}")
