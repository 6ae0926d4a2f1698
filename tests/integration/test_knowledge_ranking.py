"""What the search statement brings, with embeddings written by hand: no model is needed for it."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from core.db import migrate, scope
from core.knowledge import store
from core.knowledge.arrivals.model import Arrival
from core.knowledge.arrivals.settle import settle
from core.knowledge.arrivals.store import put_arrival
from core.knowledge.model import EVERYWHERE, Chunk, Document, Sight, Within
from core.knowledge.ports import DIMENSION
from core.knowledge.ranking.blend import DEFAULT_BLEND, Blend
from core.knowledge.ranking.embedded import Embedded
from core.knowledge.ranking.question import rarity_by_list, take_apart
from core.tenancy.provision import provision_tenant
from tests.conftest import SERVICE_LOGIN

MODEL = "by-hand"
BY_MEANING = Blend(meaning=1.0, likeness=0.0)


def towards(*directions: int) -> list[float]:
    """A unit vector between some of the axes."""
    vector = [0.0] * DIMENSION
    for direction in directions:
        vector[direction] = len(directions) ** -0.5
    return vector


async def put(
    context, title: str, texts: Sequence[str], vectors=(), *, owner: str = "", model: str = MODEL
) -> str:
    """A document of these chunks; returns its id."""
    document_id = os.urandom(8).hex()
    kind = "person" if owner else "workspace"
    document = Document(document_id, title, "md", None, len(texts), kind, owner)
    chunks = [Chunk(position, "", None, text) for position, text in enumerate(texts)]
    async with context.db.transaction() as tx:
        await store.lock_knowledge(tx)
        await put_arrival(tx, Arrival(document_id, title, kind, owner, "U1"))
        named = model if vectors else ""
        await settle(
            tx, document, chunks, vectors, content_sha256=document_id, embedding_model=named
        )
    return document_id


async def titles(
    context,
    words,
    vectors=None,
    *,
    history=(),
    blend=DEFAULT_BLEND,
    within=EVERYWHERE,
    candidates=9,
) -> list[str]:
    """Titles of the chunks found for U1, best first. *vectors*: of the question, one a model."""
    asked = take_apart(words, history, rarity_by_list)
    variants = 1 + 2 * len(asked.telling)
    embedded = [
        Embedded(model, vector, [vector] * variants) for model, vector in (vectors or {}).items()
    ]
    async with context.db.transaction() as tx:
        rows = await store.search_chunks(
            tx,
            asked,
            sight=Sight(workspace=True, person_id="U1"),
            embedded=embedded,
            candidates=candidates,
            limit=9,
            blend=blend,
            within=within,
        )
    return [row["title"] for row in rows]


async def test_what_others_keep_to_themselves_takes_nobodys_place(context):
    """However much of it there is, and however near: not among words, not among meanings."""
    secrets = ["The zeppelin lands."] * 60
    await put(context, "Secret", secrets, [towards(0)] * 60, owner="U2")
    await put(context, "Open", ["One zeppelin of many words."], [towards(0, 1, 2)])

    assert await titles(context, "zeppelin", candidates=5) == ["Open"]
    assert await titles(context, "?", {MODEL: towards(0)}, candidates=5) == ["Open"]


async def test_signs_only_choose_what_is_compared_whole(context):
    """Both lie on the same side of every axis, so that only the numbers tell which is nearer."""
    near, far = [0.9, 0.1, *[0.0] * 382], [0.1, 0.9, *[0.0] * 382]
    await put(context, "Far", ["a"], [far])
    await put(context, "Near", ["b"], [near])

    found = await titles(context, "?", {MODEL: towards(0)}, blend=BY_MEANING)
    assert found == ["Near", "Far"]


async def test_both_ways_of_searching_count(context):
    await put(context, "Words", ["The zeppelin lands on Tuesday."], [towards(5)])
    await put(context, "Meaning", ["Airships come down."], [towards(0)])
    await put(context, "Both", ["A zeppelin comes down."], [towards(0, 1)])

    found = await titles(context, "zeppelin", {MODEL: towards(0)})
    assert found == ["Both", "Meaning", "Words"]


async def test_what_is_like_the_best_comes_before_what_is_not(context):
    """Two of equal score, one of them near the best in ways that the question says nothing of."""
    await put(context, "Best", ["a", "d"], [towards(0, 1)] * 2)
    await put(context, "Unlike", ["b"], [towards(0, 2, 3)])
    await put(context, "Like", ["c"], [towards(0, 1, 4)])

    asked = {MODEL: towards(0)}
    alone = await titles(context, "?", asked, blend=BY_MEANING)
    assert alone == ["Best", "Best", "Unlike", "Like"]
    assert await titles(context, "?", asked) == ["Best", "Best", "Like", "Unlike"]


async def test_what_was_said_before_counts_less_than_what_is_asked(context):
    await put(context, "Before", ["The zeppelin is grey."])
    await put(context, "Now", ["The bicycle is grey."])

    history = ("Where is the zeppelin?",)
    found = await titles(context, "Who paints the bicycle?", history=history)
    assert found == ["Now", "Before"]


async def test_a_document_is_compared_with_the_question_in_its_own_model(context):
    await put(context, "Old", ["a"], [towards(0)], model="old")
    await put(context, "New", ["b"], [towards(7)], model="new")

    both = {"old": towards(0), "new": towards(7)}
    assert sorted(await titles(context, "?", both)) == ["New", "Old"]
    assert await titles(context, "?", {"old": towards(7)}) == ["Old"]


async def test_without_its_model_a_document_is_found_by_words(context):
    await put(context, "Old", ["The zeppelin lands."], [towards(0)], model="old")
    await put(context, "New", ["The zeppelin is grey."], [towards(7)], model="new")

    assert sorted(await titles(context, "zeppelin", {"new": towards(7)})) == ["New", "Old"]


@pytest.mark.parametrize("vectors", [None, {MODEL: towards(0)}], ids=["words", "both"])
async def test_a_search_stays_within_what_it_is_told(context, vectors):
    first = await put(context, "Handbook/leave.md", ["The zeppelin lands."], [towards(0)])
    await put(context, "handbook/sick.md", ["The zeppelin rises."], [towards(0)])
    await put(context, "menu.md", ["The zeppelin is grey."], [towards(0)])
    now = datetime.now(UTC)

    async def found(within: Within) -> list[str]:
        return sorted(await titles(context, "zeppelin", vectors, within=within))

    assert len(await found(EVERYWHERE)) == 3
    assert await found(Within(document_id=first)) == ["Handbook/leave.md"]
    folder = await found(Within(title_start="handbook/"))
    assert folder == ["Handbook/leave.md", "handbook/sick.md"]
    assert not await found(Within(title_start="%"))
    assert len(await found(Within(added_from=now - timedelta(hours=1)))) == 3
    assert not await found(Within(added_from=now + timedelta(hours=1)))
    assert not await found(Within(added_before=now - timedelta(hours=1)))


async def test_embeddings_from_before_there_were_signs_are_found(admin_dsn, master, database):
    admin = await asyncpg.connect(admin_dsn)
    try:
        known = migrate.load("tenant")
        old = known[: next(m.version for m in known if "signs" in m.name) - 1]
        team = "T" + os.urandom(6).hex().upper()
        tenant = await provision_tenant(admin, master, SERVICE_LOGIN, team, old)
        async with admin.transaction():
            await admin.execute(f"set local search_path = {scope.schema_of(tenant)}")
            await admin.execute(
                "insert into document (document_id, title, media, scope, content_sha256,"
                " embedding_model, chunk_count, token_count, added_by)"
                f" values ('d', 'Old', 'md', 'workspace', 'x', '{MODEL}', 1, 1, 'U1')"
            )
            await admin.execute(
                "insert into chunk (document_id, position, body, token_count, lexemes)"
                " values ('d', 0, 'a', 1, '')"
            )
            await admin.execute(
                "insert into chunk_embedding (chunk_id, embedding)"
                f" select id, '{store.vector_text(towards(0))}'::extensions.halfvec from chunk"
            )
        await migrate.migrate_tenant(admin, tenant)
    finally:
        await admin.close()

    found = await titles(await database.tenant(tenant), "?", {MODEL: towards(0)})
    assert found == ["Old"]
