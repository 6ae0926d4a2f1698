"""Find the passages that support an answer, among those the asker may see."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.db.tenant import TenantContext
from core.knowledge import store
from core.knowledge.embedding.vendors.scale import AS_IT_IS, Scale
from core.knowledge.model import EVERYWHERE, Asker, Finding, Findings, Sight, Within, may_see
from core.knowledge.ports import Embedder
from core.knowledge.ranking.embedded import Embedded, embed_with_each
from core.knowledge.ranking.merging import Passage, merge_neighbours
from core.knowledge.ranking.question import Question, rarity_by_list, take_apart
from core.knowledge.ranking.repeating import drop_repeated
from core.knowledge.ranking.support import Evidence, Missed, Term, comes_near, margin, supports
from core.knowledge.renewal.successor import models_of

CANDIDATES = 100  # each way of searching brings at most so many
JUDGED_PER_FINDING = 4  # passages looked at for one that is wanted
MOST_SENTENCES = 4  # of a message, tried one by one
_SENTENCE_END = re.compile(r"(?<=[.!?…。])\s+|\n+")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Search:
    """One question, asked of what somebody may see."""

    asked: Question
    embedded: Sequence[Embedded]
    within: Within
    limit: int

    async def rows(self, context: TenantContext, sight: Sight) -> Sequence[Row]:
        async with context.db.transaction() as tx:
            return await store.search_chunks(
                tx,
                self.asked,
                sight=sight,
                embedded=self.embedded,
                candidates=CANDIDATES,
                limit=self.limit * JUDGED_PER_FINDING,
                within=self.within,
            )

    def supported(self, rows: Sequence[Row]) -> list[Row]:
        return [row for row in rows if supports(self._evidence(row))]

    def near(self, rows: Sequence[Row], asker: Asker) -> Iterator[str]:
        """The documents, best first, in which the asker would look for what was asked."""
        for row in rows:
            if _may_see(asker, row) and comes_near(self._evidence(row)):
                yield row["document_id"]

    def margins(self, rows: Sequence[Row]) -> Iterator[float]:
        for row in rows:
            found = margin(self._evidence(row))
            if found is not None:
                yield found

    def _evidence(self, row: Row) -> Evidence:
        scales = {by.model: by.scale for by in self.embedded}
        return _evidence(row, self.asked, scales.get(row["model"], AS_IT_IS))


async def search(
    context: TenantContext,
    embedder: Embedder | None,
    *,
    question: str,
    asker: Asker,
    limit: int = 6,
    history: tuple[str, ...] = (),
    within: Within = EVERYWHERE,
) -> Findings:
    """At most *limit* passages, best first; none when nothing in the documents is about it.

    *history*: the earlier questions of this conversation, oldest first. What not everybody may see
    who reads along is not looked at; what the asker alone could have of it is only counted, by a
    search of its own, so that the answer is the same as if it were not there.
    """
    asked = take_apart(question, history, embedder.rarity if embedder else rarity_by_list)
    embedded = await _embed(context, embedder, asked)
    look = _Search(asked, embedded, within, limit)
    rows = await look.rows(context, asker.sight)
    shown = [row for row in look.supported(rows) if _may_see(asker, row)]
    return Findings(
        found=_findings(shown)[:limit],
        left_out=await _left_out(context, look, asker),
        lexical_only=not any(row["closeness"] for row in rows) if rows else not embedded,
        nearest=next(look.near(rows, asker), ""),
        telling=len(asked.telling),
        margin=max(look.margins(shown), default=None),
    )


async def _left_out(context: TenantContext, look: _Search, asker: Asker) -> frozenset[str]:
    """The documents that the asker alone could have had passages of. Mostly there are none, and then it
    costs no second search."""
    if asker.alone == asker.sight:
        return frozenset()
    async with context.db.transaction() as tx:
        if not await store.shows_more(tx, asker.alone, than=asker.sight):
            return frozenset()
    rows = look.supported(await look.rows(context, asker.alone))
    return frozenset(row["document_id"] for row in rows if not _may_see(asker, row))


def _may_see(asker: Asker, row: Row) -> bool:
    return may_see(asker, row["scope"], row["owner_id"], row["channel_id"])


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


async def _embed(
    context: TenantContext, embedder: Embedder | None, asked: Question
) -> list[Embedded]:
    """With each model that documents here are embedded with."""
    models = models_of(embedder) if embedder else ()
    if len(models) > 1:
        async with context.db.transaction() as tx:
            used = await store.list_models(tx)
        models = tuple(model for model in models if model.name in used)
    return await embed_with_each(models, asked)


def _evidence(row: Row, asked: Question, scale: Scale) -> Evidence:
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
        closeness=scale.of(row["closeness"][0]) if row["closeness"] else None,
        missed=list(_missed(row, asked, scale)),
    )


def _missed(row: Row, asked: Question, scale: Scale) -> Iterator[Missed]:
    """The telling words a passage lacks; where it has one, the statement gives null."""
    closeness, unheard_of = row["closeness"][1:], row["unheard_of"][1:]
    half = len(closeness) // 2
    columns = zip(asked.telling, closeness, closeness[half:], unheard_of, strict=False)
    for (word, _), without, alone, is_unheard_of in columns:
        if without is not None:
            yield Missed(word.rarity, scale.of(without), scale.of(alone), is_unheard_of)


def _findings(rows: Sequence[Row]) -> tuple[Finding, ...]:
    titles = {row["document_id"]: row["title"] for row in rows}
    passages = drop_repeated(merge_neighbours([_passage(row) for row in rows]))
    return tuple(
        Finding(
            p.document_id,
            titles[p.document_id],
            p.heading,
            p.page,
            p.text,
            p.score,
            p.first,
            p.last,
        )
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
