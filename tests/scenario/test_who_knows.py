"""Where the documents say nothing, the answer says who might know: somebody whom the asker may know of,
from what the asker may see, and nobody is called by it."""

from core.gateway.model import NOTHING_FOUND
from core.knowledge.ingest_document import ingest_document
from tests.stage import spoken

GARDEN = b"# Garden\n\n## Watering\n\nThe roses are watered by the porter on Tuesday evening with the hose.\n"
QUESTION = "How much do the roses cost?"  # about the subject, and not answered


async def add(stage, by, scope="workspace"):
    await ingest_document(
        stage.tenants["northwind"],
        stage.product.services.reader,
        stage.product.services.staff.embedder,
        title="garden.md",
        content=GARDEN,
        added_by=stage.person_id(by),
        scope=scope,
        reference="test",
    )


async def ask(stage, person, question, where="dm"):
    return spoken(
        await stage.play(
            f'[{{workspace: northwind, person: {person}, in: {where}, say: "{question}"}}]'
        )
    )


async def meet(stage, *people):
    """AEGIS knows the names of those who have spoken with it."""
    for person in people:
        await ask(stage, person, "Hello")


async def test_who_added_the_nearest_document_is_named(stage):
    await meet(stage, "ben", "cho")
    await add(stage, "ben")
    said = await ask(stage, "cho", QUESTION)
    assert NOTHING_FOUND in said
    assert "Who might know: ben" in said
    assert "which comes nearest" in said
    assert "<@" not in said


async def test_admins_are_named_where_nothing_comes_near(stage):
    await meet(stage, "ana", "ben", "cho")
    await add(stage, "ben")
    said = await ask(stage, "cho", "What is the wifi password of the lounge?")
    assert "Who might know: ana" in said
    assert "garden" not in said


async def test_nobody_is_referred_to_a_document_that_they_may_not_see(stage):
    await meet(stage, "ben", "cho")
    await add(stage, "ben", scope="person")
    said = await ask(stage, "cho", QUESTION)
    assert "know: ben" not in said
    assert "garden" not in said


async def test_in_a_channel_nothing_hints_at_ones_own_documents(stage):
    await meet(stage, "ben", "cho")
    await add(stage, "cho", scope="person")
    said = await ask(stage, "cho", f"@aegis {QUESTION}", where="'#general'")
    assert "garden" not in said


async def test_nobody_is_referred_to_themselves(stage):
    await meet(stage, "ana", "ben")
    await add(stage, "ben")
    assert "know: ben" not in await ask(stage, "ben", QUESTION)


async def test_a_greeting_is_no_question(stage):
    await meet(stage, "ana")
    assert "Who might know" not in await ask(stage, "cho", "Good morning!")


async def test_a_name_calls_nobody_and_links_nowhere(stage):
    await meet(stage, "ben", "cho")
    await add(stage, "ben")
    async with stage.tenants["northwind"].db.transaction() as tx:
        await tx.execute(
            "update person set display_name = '<!channel> [x](https://evil.test) *Ben*' "
            "where person_id = $1 returning 1",
            stage.person_id("ben"),
        )
    said = await ask(stage, "cho", QUESTION)
    assert "<!channel>" not in said
    assert "](http" not in said
