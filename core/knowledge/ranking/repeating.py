"""Leave out what says again what a better passage says already: copies, and versions of one text.

Two versions of a rule that differ in a number or in a “not” contradict each other, and whoever asks has
to see both. So only what agrees in these counts as a repetition.
"""

import re
from collections.abc import Sequence

from core.knowledge.ranking.merging import Passage

SAME = 0.85  # of the runs of words of two texts, so many have to be the same
RUN = 3  # words

_WORD = re.compile(r"\w+")
_DENYING = frozenset(
    ("no", "not", "never", "none", "nor", "without", "except", "unless", "cannot", "t")  # can't
)


def drop_repeated(passages: Sequence[Passage]) -> list[Passage]:
    """*passages* without those that repeat an earlier one, in their order."""
    kept: list[tuple[Passage, list[str]]] = []
    for passage in passages:
        words = _WORD.findall(passage.text.lower())
        if not any(_repeats(words, earlier) for _, earlier in kept):
            kept.append((passage, words))
    return [passage for passage, _ in kept]


def _repeats(words: list[str], earlier: list[str]) -> bool:
    runs, earlier_runs = _runs(words), _runs(earlier)
    same, all_of_them = len(runs & earlier_runs), len(runs | earlier_runs)
    return same >= SAME * all_of_them and _decisive(words) == _decisive(earlier)


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + RUN]) for start in range(max(1, len(words) - RUN + 1))}


def _decisive(words: list[str]) -> list[str]:
    """The words that turn a rule into another one, in their order."""
    return [word for word in words if word in _DENYING or any(c.isdigit() for c in word)]
