"""How well the product's statement ranks the documents of a set, each way of searching by itself."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log2
from statistics import fmean, median

from bench.retrieval.sets import QuestionSet
from core.db.tenant import TenantContext
from core.kernel.ids import new_id
from core.knowledge import store
from core.knowledge.arrivals.model import Arrival
from core.knowledge.arrivals.settle import settle
from core.knowledge.arrivals.store import put_arrival
from core.knowledge.model import Document, Sight
from core.knowledge.ports import Embedder
from core.knowledge.ranking.blend import DEFAULT_BLEND, Blend
from core.knowledge.ranking.embedded import Embedded, embed_question
from core.knowledge.ranking.question import Question, take_apart
from core.knowledge.search import CANDIDATES

DEPTH = 100  # documents looked at
TOP = 10
_EVERYBODYS = Sight(workspace=True)


@dataclass(frozen=True, slots=True)
class Way:
    """One way of searching: what of a question it looks at, and how it weighs what it finds."""

    name: str
    has_words: bool = True
    has_meaning: bool = True
    blend: Blend = DEFAULT_BLEND


WAYS = (
    Way("words", has_meaning=False),
    Way("vectors", has_words=False, blend=replace(DEFAULT_BLEND, meaning=1.0, likeness=0.0)),
    Way("fused", blend=replace(DEFAULT_BLEND, likeness=0.0)),
    Way("default"),
)


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the questions of a set; the time is the statement's, in milliseconds."""

    ndcg10: float
    recall100: float
    ms_p50: float


async def store_set(
    context: TenantContext, model: str, found: QuestionSet, embeddings: Sequence[Sequence[float]]
) -> dict[str, str]:
    """Put a set into an empty tenant; returns which document of ours is which of the set."""
    names, first = {}, 0
    for source in found.sources:
        document_id, size = new_id(), len(source.chunks)
        names[document_id] = source.name
        # The text's own title is its heading; the name of the file says nothing, and is not indexed.
        document = Document(document_id, "", "md", None, size, "workspace", "")
        async with context.db.transaction() as tx:
            await store.lock_knowledge(tx)
            await put_arrival(tx, Arrival(document_id, source.name, "workspace", "", "bench"))
            await settle(
                tx,
                document,
                source.chunks,
                embeddings[first : first + size],
                content_sha256=source.name,
                embedding_model=model,
            )
        first += size
    return names


async def measure_way(
    context: TenantContext, embedder: Embedder, found: QuestionSet, names: dict[str, str], way: Way
) -> Quality:
    """Ask every question of the set, in *way*."""
    ndcgs, recalls, taken = [], [], []
    for asked in found.asked:
        question = take_apart(asked.question, asked.history, embedder.rarity)
        embedded = [await embed_question(embedder, question)] if way.has_meaning else []
        started = time.perf_counter()
        ranked = await _rank(context, question, embedded, way)
        taken.append((time.perf_counter() - started) * 1000)
        order = [names[document_id] for document_id in ranked]
        ndcgs.append(ndcg(order, asked.gains))
        recalls.append(len(asked.gains.keys() & set(order)) / len(asked.gains))
    return Quality(fmean(ndcgs), fmean(recalls), median(taken))


async def _rank(
    context: TenantContext, question: Question, embedded: list[Embedded], way: Way
) -> list[str]:
    """The documents, best first, each where its best chunk stands."""
    if not way.has_words:
        question = replace(question, words=())
    async with context.db.transaction() as tx:
        rows = await store.search_chunks(
            tx,
            question,
            sight=_EVERYBODYS,
            embedded=embedded,
            candidates=max(CANDIDATES, DEPTH),
            limit=2 * DEPTH,
            blend=way.blend,
        )
    return list(dict.fromkeys(row["document_id"] for row in rows))[:DEPTH]


def ndcg(order: Sequence[str], gains: dict[str, int], top: int = TOP) -> float:
    """Normalised discounted cumulative gain (Järvelin & Kekäläinen 2002), linear in the gain."""
    best = sorted(gains.values(), reverse=True)
    return _discounted([gains.get(name, 0) for name in order[:top]]) / _discounted(best[:top])


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / log2(place + 2) for place, gain in enumerate(gains))
