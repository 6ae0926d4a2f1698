"""Put neighbouring passages of one section together again, so that one source is cited once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

MAX_MERGED = 3  # chunks in one passage; beyond that a citation points at too much


@dataclass(frozen=True, slots=True)
class Passage:
    """One or several chunks of a document that follow each other."""

    document_id: str
    heading: str
    first: int  # position of the first chunk
    last: int
    page: int | None  # where it begins
    text: str
    score: float


def merge_neighbours(passages: Sequence[Passage]) -> list[Passage]:
    """Best first, as they came; neighbours take the place of the better one."""
    merged: list[Passage] = []
    for passage in sorted(passages, key=lambda p: (p.document_id, p.first)):
        if merged and _follows(merged[-1], passage):
            merged[-1] = _join(merged[-1], passage)
        else:
            merged.append(passage)
    return sorted(merged, key=lambda p: -p.score)


def _follows(before: Passage, after: Passage) -> bool:
    return (
        before.document_id == after.document_id
        and before.heading == after.heading
        and before.last + 1 == after.first
        and after.last - before.first < MAX_MERGED
    )


def _join(before: Passage, after: Passage) -> Passage:
    return replace(
        before,
        last=after.last,
        text=f"{before.text}\n\n{after.text}",
        score=max(before.score, after.score),
    )
