"""Whether a passage supports an answer at all, or is only the nearest of what there is.

Ranking always brings something: asked about parental leave, the handbook of a house without any
brings its holidays. What is weighed: how near question and passage are in meaning; how much of what
the question names the passage names, rare words counting most; and, of each telling word that the
passage lacks, whether the question would come *nearer* without it, and whether no document has it
and the passage means nothing like it: then that word is what was asked about. The figures were fitted on `tests/unit/knowledge/handbooks` and on CISI,
Cranfield and MTRAG-UN, each asked the questions of the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from core.knowledge.ranking.question import TELLING

# With embeddings.
NAMED_WEIGHT = 0.4
NEARER_WEIGHT = 3.0
STRANGE_WEIGHT = 2.0
STRANGE_BELOW = 0.15  # a word and a passage less close than this have nothing in common
NEEDED = 0.37
NEEDED_GROWTH = 0.025  # more is needed where more passages had the chance to be near by accident
SMALL_CORPUS = 15  # chunks, the size the figures above are for
NEAR = 0.15  # below what is needed: the same subject, perhaps
# With words alone.
NEEDED_BY_WORDS = 0.50

_NAMED_POWER = 3.0
_MISSED_POWER = 2.0


@dataclass(frozen=True, slots=True)
class Term:
    """A word stem of the question, as the corpus knows it."""

    rarity: float  # in the language, 0 to 1
    chunk_count: float  # in how many chunks it stands
    asked: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """A telling word of the question that a passage lacks."""

    rarity: float
    without: float  # closeness of passage and question without the word
    alone: float  # closeness of passage and word
    unheard_of: bool  # no document of the tenant has it


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one passage against one question."""

    terms: Mapping[str, Term]
    named: frozenset[str]  # the terms the passage holds
    corpus_chunks: float
    closeness: float | None  # cosine with the question; None without embeddings
    missed: Sequence[Missed] = ()
    side_by_side: float = (
        0.0  # of the pairs of words in the question, how many it holds, from 0 to 1
    )


def supports(evidence: Evidence) -> bool:
    """Whether the passage is about what was asked."""
    if evidence.closeness is None:
        return share_by_count(evidence) >= NEEDED_BY_WORDS
    return strength(evidence) >= needed(evidence.corpus_chunks)


def comes_near(evidence: Evidence) -> bool:
    """Whether the passage has something to do with what was asked, although it may not support."""
    if evidence.closeness is None:
        return share_by_count(evidence) >= NEEDED_BY_WORDS / 2
    return strength(evidence) >= needed(evidence.corpus_chunks) - NEAR


def margin(evidence: Evidence) -> float | None:
    """By how much it supports more than it must; None without embeddings."""
    if evidence.closeness is None:
        return None
    return strength(evidence) - needed(evidence.corpus_chunks)


def knows_what_is_asked(evidence: Evidence) -> bool:
    """Whether documents have each word that tells what the question is about, and there is one."""
    telling = [t for t in evidence.terms.values() if t.asked and t.rarity >= TELLING]
    return bool(telling) and all(term.chunk_count for term in telling)


def strength(evidence: Evidence) -> float:
    """Closeness, plus what is named, less what is missed."""
    assert evidence.closeness is not None
    nearer, strangest = 0.0, 0.0
    for word in evidence.missed:
        weight = word.rarity**_MISSED_POWER
        nearer += weight * max(0.0, word.without - evidence.closeness)
        if word.unheard_of:
            strangest = max(strangest, weight * (STRANGE_BELOW - word.alone))
    return (
        evidence.closeness
        + NAMED_WEIGHT * share_named(evidence)
        - NEARER_WEIGHT * nearer
        - STRANGE_WEIGHT * strangest
    )


def needed(corpus_chunks: float) -> float:
    """The least strength that counts, in a corpus of this size."""
    return NEEDED + NEEDED_GROWTH * log(max(1.0, corpus_chunks / SMALL_CORPUS))


def share_named(evidence: Evidence) -> float:
    """How much of the question the passage names, from 0 to 1, by rarity in the language."""
    return _share(evidence, {stem: t.rarity**_NAMED_POWER for stem, t in evidence.terms.items()})


def share_by_count(evidence: Evidence) -> float:
    """The same by rarity in the corpus; a word it has never seen counts most of all."""
    most = _inverse_frequency(evidence.corpus_chunks, 0)
    return _share(
        evidence,
        {
            stem: term.rarity
            * (_inverse_frequency(evidence.corpus_chunks, term.chunk_count) / most) ** 0.5
            for stem, term in evidence.terms.items()
        },
    )


def _share(evidence: Evidence, weights: Mapping[str, float]) -> float:
    asked = {stem: weight for stem, weight in weights.items() if evidence.terms[stem].asked}
    total = sum(asked.values())
    if not total:
        return 0.0
    return sum(weight for stem, weight in asked.items() if stem in evidence.named) / total


def _inverse_frequency(chunks: float, holding: float) -> float:
    return log(1 + (chunks - holding + 0.5) / (holding + 0.5))
