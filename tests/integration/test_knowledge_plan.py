"""How PostgreSQL carries out the search. It cannot guess how many documents the asker may see, and after
a large upload not how many chunks there are: with a join to them 10,000 chunks once took ten seconds."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import asyncpg

from core.db import scope
from core.knowledge import store
from core.knowledge.model import Sight
from core.knowledge.ports import DIMENSION
from core.knowledge.ranking.embedded import Embedded
from core.knowledge.ranking.question import rarity_by_list, take_apart

VECTOR = [1.0, *[0.0] * (DIMENSION - 1)]

Node = Mapping[str, Any]


class Asked:
    """In place of a transaction: keeps the statement and its values."""

    async def fetch(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        self.statement, self.values = statement, values
        return []


async def plan_of(context, admin_dsn: str, question: str) -> Node:
    asked, kept = take_apart(question, (), rarity_by_list), Asked()
    judged = [VECTOR] * (1 + 2 * len(asked.telling))
    embedded = [Embedded("by-hand", VECTOR, judged)]
    await store.search_chunks(
        kept, asked, sight=Sight(workspace=True), embedded=embedded, candidates=100, limit=24
    )
    admin = await asyncpg.connect(admin_dsn)
    try:
        async with admin.transaction():
            await admin.execute(f"set local search_path = {scope.schema_of(context.tenant_id)}")
            said = await admin.fetchval(f"explain (format json) {kept.statement}", *kept.values)
    finally:
        await admin.close()
    return dict(json.loads(said)[0]["Plan"])


def nodes(plan: Node) -> Iterator[Node]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


async def test_who_may_see_a_chunk_is_looked_up_whatever_the_planner_guesses(context, admin_dsn):
    plan = await plan_of(context, admin_dsn, "how long is the parental leave?")

    seen = [node for node in nodes(plan) if node.get("CTE Name") == "seen"]
    assert len(seen) == 2  # once for words, once for meaning
    assert {node["Parent Relationship"] for node in seen} == {"SubPlan"}  # a hash table, no join
