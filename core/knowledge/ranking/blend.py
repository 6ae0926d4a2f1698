"""How much each way of searching counts.

The weights were chosen on CISI, Cranfield and MTRAG-UN together (`make bench-retrieval`); each is in
the middle of a range over which the result changes little.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blend:
    """Shares from 0 to 1 of what a chunk's score is made of."""

    meaning: float = 0.6  # against words
    earlier: float = 0.5  # of a word that was only said earlier, against one of the question
    likeness: float = 0.2  # to the best chunks, against the chunk's own score


DEFAULT_BLEND = Blend()
