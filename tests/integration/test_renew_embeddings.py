"""Another embedding model takes over: both serve meanwhile, and nothing is lost on the way."""

from collections.abc import Sequence

import pytest

from core.gateway.ports import ProviderError
from core.jobs import store as queue
from core.kernel.errors import Postponed
from core.knowledge import store
from core.knowledge.ingest_document import ingest_document
from core.knowledge.model import Asker
from core.knowledge.ports import DIMENSION
from core.knowledge.reading.limited_reader import LimitedReader
from core.knowledge.renewal.renew_embeddings import (
    ACTION,
    MAILBOX,
    put_renewals,
    renew_embeddings,
)
from core.knowledge.renewal.successor import Successor
from core.knowledge.search import search

READER = LimitedReader()


class ByHand:
    """An Embedder for which a zeppelin is an airship: both lie on the same axis, which is another one
    for each model. It fails with *failing* once it has made *left* embeddings."""

    def __init__(self, name: str, axis: int) -> None:
        self.name, self.axis = name, axis
        self.failing: Exception | None = None
        self.left = 0

    def count(self, text: str) -> int:
        return len(text.split())

    def rarity(self, word: str) -> float:
        return 0.5

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        made = []
        for text in texts:
            if self.failing and self.left <= 0:
                raise self.failing
            self.left -= 1
            flies = any(word in text.lower() for word in ("zeppelin", "airship"))
            vector = [0.0] * DIMENSION
            vector[self.axis + (0 if flies else 1)] = 1.0
            made.append(vector)
        return made


@pytest.fixture
def old():
    return ByHand("old", 0)


@pytest.fixture
def new():
    return ByHand("new", 100)


async def add(context, embedder, title: str, text: str) -> str:
    ingested = await ingest_document(
        context,
        READER,
        embedder,
        title=title,
        content=text.encode(),
        added_by="U1",
        reference="test",
    )
    return ingested.document.document_id


async def found(context, embedder, question: str = "airship") -> list[str]:
    findings = await search(context, embedder, question=question, asker=Asker("U1", True))
    return sorted(finding.title for finding in findings.found)


async def model_of(context, document_id: str) -> str | None:
    async with context.db.transaction() as tx:
        return await store.find_model(tx, document_id)


async def test_documents_of_both_models_are_found_by_meaning_meanwhile(context, old, new):
    await add(context, old, "old.txt", "A zeppelin lands on Tuesday.")
    both = Successor([new, old])
    await add(context, both, "new.txt", "A zeppelin is grey.")

    assert await found(context, both) == ["new.txt", "old.txt"]
    assert await found(context, new) == ["new.txt"]
    assert await found(context, new, "zeppelin") == ["new.txt", "old.txt"]  # by words


async def test_a_model_without_documents_is_not_asked(context, old, new):
    await add(context, new, "new.txt", "A zeppelin is grey.")
    old.failing = AssertionError("asked for nothing")
    assert await found(context, Successor([new, old])) == ["new.txt"]


async def test_a_document_goes_over_once_and_that_is_on_record(context, old, new):
    document_id = await add(context, old, "old.txt", "A zeppelin lands on Tuesday.")
    for _ in range(2):
        await renew_embeddings(context, new, document_id=document_id, model="new")

    assert await model_of(context, document_id) == "new"
    assert await found(context, new) == ["old.txt"]
    async with context.db.transaction() as tx:
        rows = await tx.fetch("select outcome from audit_event where action = $1", ACTION)
        assert [row["outcome"] for row in rows] == ["done"]
        assert await tx.fetchval("select count(*) from chunk_embedding") == 1
        assert await tx.fetchval("select count(*) from chunk_sign") == 1


async def test_whoever_dies_in_the_middle_leaves_the_document_as_it_was(context, old, new):
    text = "\n\n".join(f"## Part {n}\n\nThe zeppelin of day {n} lands." for n in range(40))
    document_id = await add(context, old, "old.md", text)
    new.failing, new.left = RuntimeError("killed"), 20
    with pytest.raises(RuntimeError):
        await renew_embeddings(context, new, document_id=document_id, model="new")

    assert await model_of(context, document_id) == "old"
    assert await found(context, Successor([old, new])) == ["old.md"] * 6

    new.failing = None
    await renew_embeddings(context, new, document_id=document_id, model="new")
    assert await found(context, new) == ["old.md"] * 6


async def test_a_document_that_went_meanwhile_stays_gone(context, new):
    await renew_embeddings(context, new, document_id="gone", model="new")
    assert await model_of(context, "gone") is None


async def test_a_process_with_another_model_by_now_leaves_it_alone(context, old, new):
    document_id = await add(context, old, "old.txt", "A zeppelin lands.")
    await renew_embeddings(context, new, document_id=document_id, model="newest")
    assert await model_of(context, document_id) == "old"


async def test_a_vendor_that_is_away_is_waited_for(context, old, new):
    document_id = await add(context, old, "old.txt", "A zeppelin lands.")
    new.failing = ProviderError("rate_limited")
    with pytest.raises(Postponed):
        await renew_embeddings(context, new, document_id=document_id, model="new")

    # What it refuses for what stands in it would hold up all others.
    new.failing = ProviderError("refused", about_request=True)
    await renew_embeddings(context, new, document_id=document_id, model="new")
    assert await model_of(context, document_id) == "old"


async def test_each_document_is_a_task_and_no_more_are_put_while_some_wait(
    context, database, old, new
):
    for name in ("a", "b"):
        await add(context, old, f"{name}.txt", f"A zeppelin of {name}.")
    await add(context, new, "c.txt", "A zeppelin of c.")

    assert await put_renewals(database, context.tenant_id, "new", "now") == 2
    assert await put_renewals(database, context.tenant_id, "new", "later") == 0

    done = []
    while True:
        async with context.db.transaction() as tx:
            event = await queue.next_event(tx, MAILBOX)
            if event is None:
                break
            await queue.complete_event(tx, event.id)
            done.append(event.event_id)
    assert len(done) == 2
    # What was not done in its turn is put again in the next.
    assert await put_renewals(database, context.tenant_id, "new", "later") == 2


async def test_without_its_vendor_a_question_goes_by_words_and_no_document_is_lost(context, new):
    new.failing = ProviderError("timeout")
    document_id = await add(context, new, "kept.txt", "A zeppelin lands on Tuesday.")

    assert await model_of(context, document_id) == ""
    assert await found(context, new, "When does the zeppelin land?") == ["kept.txt"]

    new.failing = None
    assert await found(context, new) == []
    await renew_embeddings(context, new, document_id=document_id, model="new")
    assert await found(context, new) == ["kept.txt"]

    new.failing = ProviderError("timeout")
    assert await found(context, new, "When does the zeppelin land?") == ["kept.txt"]
