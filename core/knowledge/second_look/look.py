"""A second look at what a search has found: is there a sentence that says what was asked?

A passage may be near a question as a whole and answer nothing of it: asked about a Christmas bonus, the
handbook brings its page on wages. A model reads that and says so; who can only quote has to be told. And
a long passage may be far from a question that one of its sentences answers.

What a passage has to say is more where a word of the question stands in no document: that may be what was
asked about. Two words of the question side by side are sure enough without it (Metzler & Croft 2005 rank
by that). The figures were fitted on `tests/unit/knowledge/handbooks` and `tests/golden/questions.yaml`
together: of 485 questions that no document answers 1 is left, of 229 that one answers 200 find passages.
"""

from collections.abc import Sequence
from itertools import islice

from core.knowledge.model import Findings
from core.knowledge.ports import Embedder
from core.knowledge.ranking.question import take_apart
from core.knowledge.ranking.support import Evidence, knows_what_is_asked, margin
from core.knowledge.second_look.closeness import closeness
from core.knowledge.second_look.sentences import sentences

SURE = 0.25  # a passage that supports by so much more than it must needs no second look
SAID = 0.66  # what else its margin, and the closeness of its best sentence, come to together
SAID_OF_KNOWN = 0.56  # the same, where documents have every word that tells what is asked about
SIDE_BY_SIDE = 0.5  # of the pairs of words in a question, so many in a passage
MOST_PASSAGES = 3
MOST_SENTENCES = 40  # each costs an embedding

Said = tuple[str, str]  # a passage's text, and the heading or title above it


def wanted(found: Sequence[Evidence]) -> float | None:
    """How close a sentence has to come to the question, for what was *found* to be an answer; None where
    no second look is needed."""
    margins = [by for by in map(margin, found) if by is not None]
    if not margins or max(margins) >= SURE:
        return None
    if any(evidence.side_by_side >= SIDE_BY_SIDE for evidence in found):
        return None
    return _needed(found[0]) - max(margins)


def _needed(evidence: Evidence) -> float:
    return SAID_OF_KNOWN if knows_what_is_asked(evidence) else SAID


async def says_it(embedder: Embedder, asked: str, evidence: Evidence, passage: Said) -> bool:
    """Whether a passage that as a whole does not support an answer has a sentence that does."""
    by = margin(evidence)
    said = await closest(embedder, asked, [passage])
    return by is not None and said is not None and by + said >= _needed(evidence)


async def is_doubtful(
    embedder: Embedder | None, question: str, findings: Findings, history: Sequence[str] = ()
) -> bool:
    """Whether nothing that was found surely says what *question* asks; *history* as in `search`. False
    where nothing was found, and where meaning cannot be compared."""
    if embedder is None or findings.wanted is None:
        return False
    judged = take_apart(findings.read_as or question, history, embedder.rarity).judged
    found = [(one.text, one.heading or one.title) for one in findings.found]
    said = await closest(embedder, judged, found)
    return said is not None and said < findings.wanted


async def closest(embedder: Embedder, asked: str, passages: Sequence[Said]) -> float | None:
    """How close to what is *asked* the closest sentence of the first passages comes, on the scale that
    `support` is fitted for; None where it cannot be said."""
    said = (one for passage in passages[:MOST_PASSAGES] for one in sentences(*passage))
    of_each = await closeness(embedder, asked, list(islice(said, MOST_SENTENCES)))
    return max(of_each, default=None) if of_each is not None else None
