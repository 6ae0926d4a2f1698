"""Bring another model's closeness to the scale of MiniLM, for which the rules of support were fitted.

Models differ in what a cosine means: with some, two sentences about nothing in common still have .6.
Six pairs of sentences that say the same and six that do not are embedded once, and what lies between
their means is stretched to where MiniLM has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

# (one, other): the first half says the same in other words, the second half has nothing in common.
PAIRS = (
    ("How many days of holiday do we get?", "Employees have 25 days of annual leave."),
    ("Who pays for the train to a client?", "Travel to customers is reimbursed by the company."),
    ("Where do I report a stolen laptop?", "Tell the IT desk at once when a computer is stolen."),
    ("When are salaries paid?", "Wages are transferred on the last working day of the month."),
    ("May I work from abroad?", "Remote work from other countries needs approval."),
    ("What does the canteen cost?", "Lunch at the cafeteria is four euros."),
    ("How many days of holiday do we get?", "The pump is cleaned with water and a soft brush."),
    ("Who pays for the train to a client?", "Glaciers grow when more snow falls than melts."),
    ("Where do I report a stolen laptop?", "The choir rehearses a mass by Schubert."),
    ("When are salaries paid?", "Tomatoes need sun and a sheltered place."),
    ("May I work from abroad?", "The bridge was built of stone in 1751."),
    ("What does the canteen cost?", "An archive of letters was found in the attic."),
)
_HALF = len(PAIRS) // 2
# Of all-MiniLM-L6-v2 on these pairs.
ALIKE, UNLIKE = 0.51, 0.00


@dataclass(frozen=True, slots=True)
class Scale:
    """closeness × *stretch* + *shift* is what MiniLM would have said, as far as a line can tell."""

    stretch: float = 1.0
    shift: float = 0.0

    def of(self, closeness: float) -> float:
        return closeness * self.stretch + self.shift


AS_IT_IS = Scale()


def scale_of(vectors: Sequence[Sequence[float]]) -> Scale:
    """*vectors*: of both sentences of each pair, of length 1, one pair after the other."""
    closeness = [
        sum(a * b for a, b in zip(vectors[place], vectors[place + 1], strict=True))
        for place in range(0, len(vectors), 2)
    ]
    alike, unlike = fmean(closeness[:_HALF]), fmean(closeness[_HALF:])
    # A model that cannot tell them apart is believed nothing: what it finds near is as if unlike.
    stretch = (ALIKE - UNLIKE) / (alike - unlike) if alike - unlike > 0.01 else 0.0
    return Scale(stretch, UNLIKE - unlike * stretch)
