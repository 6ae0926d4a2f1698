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
from core.knowledge.ranking.support import Evidence, Missed, Term, comes_near, supports
from core.knowledge.renewal.successor import models_of
from core.knowledge.second_look.look import MOST_PASSAGES, says_it, wanted
from core.knowledge.second_look.side_by_side import share_side_by_side
from core.knowledge.spelling.read_as import Read, read_as

CANDIDATES = 100  # each way of searching brings at most so many
JUDGED_PER_FINDING = 4  # passages looked at for one that is wanted
MOST_SENTENCES = 4  # of a message, tried one by one
_SENTENCE_END = re.compile(r"(?<=[.!?…。])\s+|\n+")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A passage, and what is known of it against the question."""

    row: Row
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class _Search:
    """One question, asked of what somebody may see."""

    embedder: Embedder | None
    read: Read
    asked: Question
    embedded: Sequence[Embedded]
    within: Within
    limit: int

    async def judged(self, context: TenantContext, sight: Sight) -> list[_Judged]:
        """What was found, the best first."""
        async with context.db.transaction() as tx:
            rows = await store.search_chunks(
                tx,
                self.asked,
                sight=sight,
                embedded=self.embedded,
                candidates=CANDIDATES,
                limit=self.limit * JUDGED_PER_FINDING,
                within=self.within,
            )
        return [_Judged(row, self._evidence(row)) for row in rows]

    async def answering(self, judged: Sequence[_Judged]) -> list[_Judged]:
        """Those that support an answer; where none does, those of the nearest that have a sentence which
        says what was asked."""
        found = [one for one in judged if supports(one.evidence)]
        if found or self.embedder is None:
            return found
        near = [one for one in judged if comes_near(one.evidence)][:MOST_PASSAGES]
        return [one for one in near if await self._says_it(self.embedder, one)]

    async def _says_it(self, embedder: Embedder, one: _Judged) -> bool:
        said = (one.row["body"], one.row["heading"] or one.row["title"])
        return await says_it(embedder, self.asked.judged, one.evidence, said)

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
    written = Read(question, history)
    read = await _read(context, embedder, written, asker.sight)
    look = await _prepare(context, embedder, read, within, limit)
    judged = [one for one in await look.judged(context, asker.sight) if _may_see(asker, one.row)]
    shown = await look.answering(judged)
    near = (one.row["document_id"] for one in judged if comes_near(one.evidence))
    means = any(one.row["closeness"] for one in judged) if judged else bool(look.embedded)
    return Findings(
        found=_findings(shown)[:limit],
        left_out=await _left_out(context, written, look, asker),
        lexical_only=not means,
        nearest=next(near, ""),
        telling=len(look.asked.telling),
        wanted=wanted([one.evidence for one in shown if supports(one.evidence)]),
        read_as=look.asked.alone,
    )


async def _read(
    context: TenantContext, embedder: Embedder | None, written: Read, sight: Sight
) -> Read:
    """What was *written*, in the words of what *sight* shows. Without a vocabulary nobody can tell a rare
    word from a misspelt one."""
    return await read_as(context, embedder.rarity, written, sight) if embedder else written


async def _prepare(
    context: TenantContext, embedder: Embedder | None, read: Read, within: Within, limit: int
) -> _Search:
    rarity = embedder.rarity if embedder else rarity_by_list
    asked = take_apart(read.question, read.history, rarity)
    embedded = await _embed(context, embedder, asked) if embedder else []
    return _Search(embedder, read, asked, embedded, within, limit)


async def _left_out(
    context: TenantContext, written: Read, look: _Search, asker: Asker
) -> frozenset[str]:
    """The documents that the asker alone could have had passages of. Mostly there are none, and then it
    costs no second search."""
    if asker.alone == asker.sight:
        return frozenset()
    async with context.db.transaction() as tx:
        if not await store.shows_more(tx, asker.alone, than=asker.sight):
            return frozenset()
    read = await _read(context, look.embedder, written, asker.alone)
    if read != look.read:
        look = await _prepare(context, look.embedder, read, look.within, look.limit)
    found = await look.answering(await look.judged(context, asker.alone))
    return frozenset(one.row["document_id"] for one in found if not _may_see(asker, one.row))


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


async def _embed(context: TenantContext, embedder: Embedder, asked: Question) -> list[Embedded]:
    """With each model that documents here are embedded with."""
    models = models_of(embedder)
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
        side_by_side=share_side_by_side(asked.pairs, f"{row['heading']}\n{row['body']}"),
    )


def _missed(row: Row, asked: Question, scale: Scale) -> Iterator[Missed]:
    """The telling words a passage lacks; where it has one, the statement gives null."""
    closeness, unheard_of = row["closeness"][1:], row["unheard_of"][1:]
    half = len(closeness) // 2
    columns = zip(asked.telling, closeness, closeness[half:], unheard_of, strict=False)
    for (word, _), without, alone, is_unheard_of in columns:
        if without is not None:
            yield Missed(word.rarity, scale.of(without), scale.of(alone), is_unheard_of)


def _findings(judged: Sequence[_Judged]) -> tuple[Finding, ...]:
    titles = {one.row["document_id"]: one.row["title"] for one in judged}
    passages = drop_repeated(merge_neighbours([_passage(one.row) for one in judged]))
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
