"""A new version takes the place of the old at one moment: who asks meanwhile finds one of them."""

import asyncio

import pytest

from core.knowledge.arrivals import store as arrivals
from core.knowledge.arrivals.model import Arrival, Withdrawn
from core.knowledge.arrivals.take_in import Shelf, take_in
from core.knowledge.forget_document import forget_document
from core.knowledge.list_documents import list_documents
from core.knowledge.model import Asker
from core.knowledge.search import search
from core.knowledge.share_document import share_document
from tests.integration.arrivals.adding import READER, add, rows

VERSIONS = 6


class Gate:
    """A stand-in for a model, which waits until it is let go; each text gets the same vector."""

    name = "gate"

    def __init__(self) -> None:
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    def count(self, text):
        return len(text.split())

    def rarity(self, word):
        return 0.9

    async def embed(self, texts):
        self.reached.set()
        await self.go_on.wait()
        return [[1.0] + [0.0] * 383 for _ in texts]


def text(version):
    return f"# Bicycles\n\nThe bicycle stipend is {900 + version} euros. " + "Ride on. " * 400


async def arrive(context, title="guide.md", number=1, scope="person"):
    owner = "U1" if scope == "person" else ""
    arrival = Arrival(f"{number:032x}", title, scope, owner, "U1")
    async with context.db.transaction() as tx:
        await arrivals.put_arrival(tx, arrival)
    return arrival


async def test_who_asks_while_versions_change_finds_exactly_one(context):
    await add(context, "guide.md", text(0))
    seen, is_over = [], asyncio.Event()

    async def ask():
        while not is_over.is_set():
            findings = await search(
                context,
                None,
                question="How much is the bicycle stipend?",
                asker=Asker("U2", private=False),
            )
            seen.append({found.document_id for found in findings.found})

    asking = [asyncio.create_task(ask()) for _ in range(2)]
    for version in range(1, VERSIONS):
        assert (await add(context, "guide.md", text(version))).replaces
    is_over.set()
    await asyncio.gather(*asking)

    assert len(seen) > VERSIONS
    assert all(len(ids) == 1 for ids in seen), "none, or both"


async def test_of_two_with_one_title_at_once_one_stays(context):
    both = await asyncio.gather(*(add(context, "guide.md", text(n)) for n in range(2)))

    kept = await rows(context, "select document_id from document")
    assert len(kept) == 1
    assert kept[0] in {ingested.document.document_id for ingested in both}
    assert await rows(context, "select count(distinct document_id) from chunk") == [1]


async def test_the_later_one_stays_although_the_earlier_takes_longer(context):
    gate = Gate()
    first, second = await arrive(context, number=1), await arrive(context, number=2)
    slow = asyncio.create_task(
        take_in(context, Shelf(READER, gate), first, text(1).encode(), reference="1")
    )
    await gate.reached.wait()
    await take_in(context, Shelf(READER), second, text(2).encode(), reference="2")
    gate.go_on.set()
    outcome = await slow

    assert (outcome.is_new, outcome.outdated) == (False, True)
    assert outcome.document.document_id == second.document_id
    assert await rows(context, "select document_id from document") == [second.document_id]


async def test_what_is_forgotten_while_it_is_read_ends_and_leaves_nothing(context):
    gate = Gate()
    arrival = await arrive(context)
    reading = asyncio.create_task(
        take_in(context, Shelf(READER, gate), arrival, text(1).encode(), reference="1")
    )
    await gate.reached.wait()
    await forget_document(context, document_id=arrival.document_id, person_id="U1")
    gate.go_on.set()
    with pytest.raises(Withdrawn):
        await reading

    assert await rows(context, "select count(*) from document") == [0]
    assert await rows(context, "select count(*) from chunk") == [0]
    assert await rows(context, "select count(*) from lexeme") == [0]


async def test_what_is_shared_while_it_is_read_is_the_workspaces(context):
    gate = Gate()
    arrival = await arrive(context)
    reading = asyncio.create_task(
        take_in(context, Shelf(READER, gate), arrival, text(1).encode(), reference="1")
    )
    await gate.reached.wait()
    await share_document(context, document_id=arrival.document_id, person_id="U1")
    gate.go_on.set()

    assert (await reading).document.scope == "workspace"


async def test_what_is_shared_while_it_is_read_leaves_the_version_before_until_then(context):
    gate = Gate()
    before = await add(context, "guide.md", text(0))
    arrival = await arrive(context)
    reading = asyncio.create_task(
        take_in(context, Shelf(READER, gate), arrival, text(1).encode(), reference="1")
    )
    await gate.reached.wait()
    await share_document(context, document_id=arrival.document_id, person_id="U1")
    asker = Asker("U2", private=False)
    assert await list_documents(context, asker=asker) == [before.document]
    gate.go_on.set()
    done = await reading

    assert done.replaces
    assert await list_documents(context, asker=asker) == [done.document]


async def test_nobody_finds_or_lists_what_is_on_its_way(context):
    gate = Gate()
    arrival = await arrive(context, scope="workspace")
    reading = asyncio.create_task(
        take_in(context, Shelf(READER, gate), arrival, text(1).encode(), reference="1")
    )
    await gate.reached.wait()
    asker = Asker("U1", private=True)
    found = await search(context, None, question="How much is the bicycle stipend?", asker=asker)
    assert found.found == ()
    assert await list_documents(context, asker=asker) == []
    gate.go_on.set()
    await reading
    assert len(await list_documents(context, asker=asker)) == 1
