"""Whether words that stand side by side in a question do so in a passage: a name, or a thing of two words."""

import re
from collections.abc import Sequence
from itertools import pairwise

INFLECTED = 4  # letters from which a word may end otherwise: "lunch", "lunches"
ENDING = 2

_WORD = re.compile(r"[^\W_]+")


def share_side_by_side(pairs: Sequence[tuple[str, str]], text: str) -> float:
    """How many of *pairs* stand in *text* as they are, from 0 to 1; 0 where there are none."""
    if not pairs:
        return 0.0
    words = _WORD.findall(text.lower())
    neighbours = list(pairwise(words))
    return sum(any(_same_pair(pair, other) for other in neighbours) for pair in pairs) / len(pairs)


def _same_pair(pair: tuple[str, str], other: tuple[str, str]) -> bool:
    return _same(pair[0], other[0]) and _same(pair[1], other[1])


def _same(one: str, other: str) -> bool:
    """The same word, maybe in another form."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if shorter < INFLECTED or abs(len(one) - len(other)) > ENDING:
        return False
    return one[: shorter - 1] == other[: shorter - 1]
