"""Misspelt questions, read as the documents spell their words; which documents, is what this is about."""

import os

from core.knowledge import store
from core.knowledge.arrivals.model import Arrival
from core.knowledge.arrivals.settle import settle
from core.knowledge.arrivals.store import put_arrival
from core.knowledge.model import Chunk, Document, Sight
from core.knowledge.ranking.question import rarity_by_list
from core.knowledge.spelling.read_as import Read, read_as

KNOWN = frozenset(("who", "has", "the", "of", "people", "gets", "paid", "roof", "salaries"))
WORKSPACE = Sight(workspace=True)


def rarity(word: str) -> float:
    return 0.5 if word in KNOWN else 1.0


async def put(context, text: str, *, owner: str = "", channel: str = "") -> None:
    scope = "channel" if channel else "person" if owner else "workspace"
    document_id = os.urandom(8).hex()
    document = Document(document_id, "notes", "md", None, 1, scope, owner, channel)
    async with context.db.transaction() as tx:
        await store.lock_knowledge(tx)
        await put_arrival(tx, Arrival(document_id, "notes", scope, owner, "U1", channel))
        chunks = [Chunk(0, "", None, text)]
        await settle(tx, document, chunks, [], content_sha256=document_id, embedding_model="")


async def reading(context, question: str, sight: Sight = WORKSPACE, history=()) -> Read:
    return await read_as(context, rarity, Read(question, tuple(history)), sight)


async def test_a_misspelt_word_is_read_as_the_documents_spell_it(context):
    await put(
        context,
        "Receipts of volunteers go to Osterberg. A bicycle is degreased in a zeppelin. Expenses.",
    )
    for written, meant in (
        ("Who has the reciepts?", "Who has the receipts?"),
        ("voluntears", "volunteers"),
        ("Who gets expences paid", "Who gets expenses paid"),
        ("Osterburg", "osterberg"),
        ("bycicle", "bicycle"),
        ("zepelin", "zeppelin"),
    ):
        assert (await reading(context, written)).question == meant


async def test_what_was_said_before_is_read_so_too(context):
    await put(context, "Receipts are kept.")
    read = await reading(context, "and who has the reciepts", history=("a reciepts of people",))
    assert read.history == ("a receipts of people",)


async def test_a_word_that_the_language_or_a_document_has_stays(context):
    await put(context, "Salary and roses. The stipend and the reciept.")
    for written in ("salaries of the roofers", "the stipend", "reciept"):
        assert (await reading(context, written)).question == written


async def test_a_word_that_the_language_has_nearer_is_not_forced_into_the_documents(context):
    """Two slips from the one, and one from the other: that is what was meant, and nothing says it."""
    await put(context, "The solstices are celebrated.")
    assert (await reading(context, "solarries of people")).question == "solarries of people"


async def test_shorthand_is_read_in_full_unless_documents_have_it(context):
    await put(context, "The PTO is a committee.")
    read = await reading(context, "how many ppl has the pto?")
    assert read.question == "how many people has the pto?"


async def test_what_the_asker_may_not_see_is_no_word_to_read_as(context):
    """A neighbour that stands in somebody else's document alone would tell that it does."""
    await put(context, "The merger with Osterberg is secret.", owner="U2")
    await put(context, "Layoffs are planned.", channel="C1")
    for sight in (WORKSPACE, Sight(workspace=True, person_id="U1"), Sight()):
        assert (await reading(context, "Osterburg layofs", sight)).question == "Osterburg layofs"
    seen = Sight(channels=frozenset({"C1"}), person_id="U2")
    assert (await reading(context, "Osterburg layofs", seen)).question == "osterberg layoffs"


async def test_what_the_asker_may_not_see_does_not_keep_a_misspelt_word_either(context):
    await put(context, "Receipts are kept.")
    await put(context, "My reciepts and the ppl.", owner="U2")
    assert (await reading(context, "reciepts of ppl")).question == "receipts of people"


async def test_another_workspace_lends_no_word(new_context):
    here, there = await new_context(), await new_context()
    await put(there, "Receipts are kept.")
    assert (await reading(here, "reciepts")).question == "reciepts"


async def test_without_a_vocabulary_nothing_is_taken_for_misspelt(context):
    await put(context, "Receipts are kept.")
    read = await read_as(context, rarity_by_list, Read("reciepts", ()), WORKSPACE)
    assert read.question == "reciepts"


async def test_hostile_words_are_words(context):
    await put(context, "Receipts are kept.")
    for written in (
        "'; drop table chunk; --",
        "x" * 9_999,
        "ﬁﬁﬁﬁﬁﬁ",
        "%%%%%_____",
        "\\\\reci\\epts",
    ):
        assert (await reading(context, written)).question == written
