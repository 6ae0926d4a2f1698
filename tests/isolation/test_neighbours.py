"""What one tenant may name of another's: ids, vectors, threads. None of it leads anywhere."""

import statistics
import time
from itertools import pairwise

import pytest

from core.conversations import store as conversations
from core.conversations.model import Place, Question
from core.conversations.turns.stop_turn import stop_turn
from core.db import scope
from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.knowledge import store
from core.knowledge.arrivals.model import Arrival
from core.knowledge.arrivals.settle import settle
from core.knowledge.arrivals.store import put_arrival
from core.knowledge.forget_document import forget_document
from core.knowledge.model import Chunk, Document, Sight
from core.knowledge.ranking.embedded import Embedded
from core.knowledge.ranking.question import rarity_by_list, take_apart
from core.knowledge.share_document import share_document

MODEL = "test model"
VECTOR = [1.0] + [0.0] * 383


async def put_document(context, title: str, vector: list[float]) -> str:
    document = Document(new_id(), title, "md", None, 1, "person", "U1")
    chunks = [Chunk(0, "", None, f"{title}: the bicycle stipend is 900 euros.")]
    async with context.db.transaction() as tx:
        await put_arrival(tx, Arrival(document.document_id, title, "person", "U1", "U1"))
        await settle(tx, document, chunks, [vector], content_sha256=new_id(), embedding_model=MODEL)
    return document.document_id


async def open_turn(context) -> str:
    question = Question(1, "C1:1.1", Place("T1", "C1", "1.1", "U1", False), "Why?")
    async with context.db.transaction() as tx:
        conversation = await conversations.open_conversation(tx, question, "people")
        turn = await conversations.open_turn(tx, new_id(), conversation, question, "people", "Why?")
    return turn.turn_id


async def test_a_neighbours_exact_vector_finds_ones_own_chunks_only(pair):
    """A39: the nearest vector there is belongs to the neighbour, and is not there."""
    ours, theirs = pair
    own = await put_document(ours, "Ours", [0.0] * 383 + [1.0])
    foreign = await put_document(theirs, "Theirs", VECTOR)
    asked = take_apart("bicycle stipend", (), rarity_by_list)
    embedded = Embedded(MODEL, VECTOR, [VECTOR] * (1 + 2 * len(asked.telling)))

    async with ours.db.transaction() as tx:
        rows = await store.search_chunks(
            tx,
            asked,
            sight=Sight(workspace=True, person_id="U1"),
            embedded=[embedded],
            candidates=50,
            limit=50,
        )

    assert {row["document_id"] for row in rows} == {own}
    assert foreign not in str(rows)


@pytest.mark.parametrize("act", [forget_document, share_document])
async def test_a_neighbours_document_is_missing_like_one_that_never_was(pair, admin, act):
    """A29, A40: the same words, the same traces in the audit log, and the document stays."""
    ours, theirs = pair
    foreign = await put_document(theirs, "Theirs", VECTOR)
    said, left = [], []
    for wanted in (foreign, new_id()):
        with pytest.raises(NotFound) as refused:
            await act(ours, document_id=wanted, person_id="U1")
        said.append(str(refused.value))
        async with ours.db.transaction() as tx:
            rows = await tx.fetch(
                "select action, actor, outcome from audit_event order by seq desc limit 2"
            )
        left.append([tuple(row) for row in rows])

    assert said[0] == said[1]
    assert left[0] == left[1]
    async with theirs.db.transaction() as tx:
        assert await store.find_document(tx, foreign) is not None


async def test_a_neighbours_id_takes_as_long_as_a_missing_one(pair):
    """A40: nothing is compared across tenants, so there is nothing to time."""
    ours, theirs = pair
    foreign = await put_document(theirs, "Theirs", VECTOR)
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number in range(300):
        exists = number % 2 == 0
        async with ours.db.transaction() as tx:
            begun = time.perf_counter()
            assert await store.find_document(tx, foreign if exists else new_id()) is None
            taken[exists].append(time.perf_counter() - begun)
    existing, missing = (statistics.median(times) for times in taken.values())

    assert 0.5 < existing / missing < 2, (existing, missing)


async def test_a_neighbours_turn_cannot_be_stopped(pair):
    """A42: the very same channel and thread of another workspace; theirs goes on."""
    ours, theirs = pair
    turn = await open_turn(theirs)
    where = {"channel": "C1", "thread_ts": "1.1", "person_id": "U1", "any_person": True}

    assert await stop_turn(ours, event=1, **where) == 0
    async with theirs.db.transaction() as tx:
        assert await conversations.turn_state(tx, turn) == "open"
    async with ours.db.transaction() as tx:
        assert await conversations.turn_state(tx, turn) is None


async def test_the_agent_of_a_neighbours_thread_is_not_known_here(pair):
    """A45, as far as there is anything to it: an agent keeps a thread of its own tenant alone."""
    ours, theirs = pair
    await open_turn(theirs)

    async with ours.db.transaction() as tx:
        assert await conversations.find_agent(tx, "C1", "1.1") is None
    async with theirs.db.transaction() as tx:
        assert await conversations.find_agent(tx, "C1", "1.1") == "people"


async def test_ids_that_leave_the_product_tell_nothing_of_each_other(pair, new_context):
    """A41: 128 random bits each; two tenants' ids have no order, no step and no common part."""
    contexts = [*pair, await new_context()]
    ids = [context.tenant_id for context in contexts]
    for context in contexts:
        ids += [await put_document(context, f"Guide {n}", VECTOR) for n in range(5)]
        ids.append(await open_turn(context))

    assert len(set(ids)) == len(ids) == 21
    for one in ids:
        assert len(one) == 32
        assert scope.schema_of(one) == f"tenant_{one}"  # of an id's form, so 32 hex digits
        alike = [sum(a == b for a, b in zip(one, other, strict=True)) for other in ids]
        assert sorted(alike)[-2] < 16, "two random ids share a sixteenth of their digits"
    steps = {int(b, 16) - int(a, 16) for a, b in pairwise(ids)}
    assert len(steps) == len(ids) - 1
    assert min(map(abs, steps)) > 2**64
