"""Find the passages that support an answer, among those the asker may see."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.db.tenant import TenantContext
from core.knowledge import store
from core.knowledge.model import Asker, Finding, Findings, may_see
from core.knowledge.ports import Embedder
from core.knowledge.ranking.merging import Passage, merge_neighbours
from core.knowledge.ranking.question import Question, rarity_by_list, take_apart
from core.knowledge.ranking.support import Evidence, Missed, Term, comes_near, margin, supports

CANDIDATES = 50  # each way of searching brings at most so many
JUDGED_PER_FINDING = 4  # passages looked at for one that is wanted
MOST_SENTENCES = 4  # of a message, tried one by one
_SENTENCE_END = re.compile(r"(?<=[.!?…。])\s+|\n+")

Row = Mapping[str, Any]


async def search(
    context: TenantContext,
    embedder: Embedder | None,
    *,
    question: str,
    asker: Asker,
    limit: int = 6,
    history: tuple[str, ...] = (),
) -> Findings:
    """At most *limit* passages, best first; none when nothing in the documents is about it.

    *history*: the earlier questions of this conversation, oldest first. Nobody's own documents
    are looked at but the asker's, and those are counted as withheld where others read along.
    """
    asked = take_apart(question, history, embedder.rarity if embedder else rarity_by_list)
    vectors = await _embed(embedder, asked)
    async with context.db.transaction() as tx:
        rows: Sequence[Row] = await store.search_chunks(
            tx,
            asked,
            person_id=asker.person_id,
            vectors=vectors,
            embedding_model=embedder.name if embedder else "",
            candidates=CANDIDATES,
            limit=limit * JUDGED_PER_FINDING,
        )
    supported = [row for row in rows if supports(_evidence(row, asked))]
    shown = [row for row in supported if may_see(asker, row["scope"], row["owner_id"])]
    return Findings(
        found=_findings(shown)[:limit],
        withheld=len({r["document_id"] for r in supported} - {r["document_id"] for r in shown}),
        lexical_only=all(row["closeness"][0] is None for row in rows) if rows else not vectors,
        nearest=next(_near(rows, asked, asker), ""),
        telling=len(asked.telling),
        margin=max(_margins(shown, asked), default=None),
    )


async def search_about(
    context: TenantContext,
    embedder: Embedder | None,
    *,
    question: str,
    said: str,
    asker: Asker,
    history: tuple[str, ...] = (),
) -> Findings:
    """The same for a question about what somebody *said*. What it means may stand in there: “is that
    right?” finds nothing alone. And most of what people say stands in no document, so that the whole
    of it may fit nothing where one of its sentences does."""
    sentences = [part.strip() for part in _SENTENCE_END.split(said) if part.strip()]
    for hint in dict.fromkeys(["", said, *sentences[:MOST_SENTENCES]]):
        asked_before = (*history, hint) if hint else history
        findings = await search(
            context, embedder, question=question, asker=asker, history=asked_before
        )
        if findings.found or findings.withheld or not said:
            break
    return findings


async def _embed(embedder: Embedder | None, asked: Question) -> list[list[float]]:
    """In the order that `store.search_chunks` asks for."""
    if embedder is None:
        return []
    without = [text for _, text in asked.telling]
    alone = [word.text for word, _ in asked.telling]
    return await embedder.embed([asked.sought, asked.judged, *without, *alone])


def _evidence(row: Row, asked: Question) -> Evidence:
    return Evidence(
        terms={
            stem: Term(rarity, count, is_asked)
            for stem, rarity, count, is_asked in zip(
                row["term_lexemes"],
                row["term_rarities"],
                row["term_chunks"],
                row["term_asked"],
                strict=True,
            )
        },
        named=frozenset(row["matched"]),
        corpus_chunks=row["corpus_chunks"],
        closeness=row["closeness"][0],
        missed=list(_missed(row, asked)),
    )


def _near(rows: Sequence[Row], asked: Question, asker: Asker) -> Iterator[str]:
    """The documents, best first, in which the asker would look for what was asked."""
    for row in rows:
        if may_see(asker, row["scope"], row["owner_id"]) and comes_near(_evidence(row, asked)):
            yield row["document_id"]


def _margins(rows: Sequence[Row], asked: Question) -> Iterator[float]:
    for row in rows:
        found = margin(_evidence(row, asked))
        if found is not None:
            yield found


def _missed(row: Row, asked: Question) -> Iterator[Missed]:
    """The telling words a passage lacks; where it has one, the statement gives null."""
    _, *closeness = row["closeness"]
    _, *unheard_of = row["unheard_of"]
    half = len(closeness) // 2
    columns = zip(asked.telling, closeness, closeness[half:], unheard_of, strict=False)
    for (word, _), without, alone, is_unheard_of in columns:
        if without is not None:
            yield Missed(word.rarity, without, alone, is_unheard_of)


def _findings(rows: Sequence[Row]) -> tuple[Finding, ...]:
    titles = {row["document_id"]: row["title"] for row in rows}
    passages = merge_neighbours([_passage(row) for row in rows])
    return tuple(
        Finding(p.document_id, titles[p.document_id], p.heading, p.page, p.text, p.score)
        for p in passages
    )


def _passage(row: Row) -> Passage:
    return Passage(
        document_id=row["document_id"],
        heading=row["heading"],
        first=row["position"],
        last=row["position"],
        page=row["page"],
        text=row["body"],
        score=row["score"],
    )
