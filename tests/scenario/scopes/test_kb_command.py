"""`/aegis kb`: what somebody may see, told to them alone."""

import pytest

from core.knowledge.access.pick_document import NONE_SUCH
from core.knowledge.forget_document import FOR_ADMINS
from handlers.blocks.documents import DELETE, NOTHING_THERE
from handlers.knowledge.filters import EXAMPLES
from tests.scenario.agents.seen import (
    becomes,
    channel_of,
    comes_in,
    goes_out,
    messages_in,
    workspace_of,
)

GENERAL = {"in": "#general"}


@pytest.fixture
def typing(furnished, person):
    """Somebody types `/aegis kb …` in a channel; what that person alone reads of the answer."""

    async def type_(who, words=""):
        general = channel_of(furnished, "general")
        before = {one.ts for one in messages_in(furnished, general)}
        await person("command", who, text=f"/aegis kb {words}".strip(), **GENERAL)
        [said] = [one for one in messages_in(furnished, general) if one.ts not in before]
        assert said.ephemeral_to == furnished.person_id(who)
        return said, furnished.sandbox.world.read(workspace_of(furnished), said)

    return type_


@pytest.mark.parametrize(
    ("who", "titles"),
    [
        ("ana", {"Handbook.md", "Kestrel.md"}),
        ("ben", {"Handbook.md", "Kestrel.md", "Diary.md"}),
        ("cho", {"Handbook.md"}),
    ],
)
async def test_each_lists_and_counts_what_is_theirs_to_see(typing, who, titles):
    for word in ("", "list"):
        _, words = await typing(who, word)
        assert {one for one in ("Handbook.md", "Kestrel.md", "Diary.md") if one in words} == titles
    _, words = await typing(who, "status")
    assert f"get answers from: {len(titles)}\n" in words.replace("*", "")


async def test_search_shows_passages_of_what_one_may_see(typing, furnished):
    _, found = await typing("ben", "search merger price of Kestrel")
    assert "41 million" in found
    _, found = await typing("cho", "search merger price of Kestrel")
    assert found == "Nothing in the documents that you may see is about this."
    tenant = furnished.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        rows = await tx.fetch(
            "select outcome from audit_event where action = 'knowledge:documents:search' order by seq"
        )
    assert [row["outcome"] for row in rows] == ["attempt", "done"] * 2


@pytest.mark.parametrize(
    ("who", "where", "finds"),
    [
        ("ben", "document:kestrel.MD", True),
        ("ben", "document:2", True),
        ("ben", "in:kes", True),
        ("ben", "since:today before:2999-01-01", None),
        ("ben", "since:today", True),
        ("ben", "document:Handbook.md", False),
        ("ben", "in:hand", False),
        ("ben", "before:today", False),
    ],
)
async def test_search_looks_where_it_is_told_to(typing, who, where, finds):
    _, words = await typing(who, f"search merger price of Kestrel {where}")
    if finds is None:
        assert "not a day that has been" in words
    elif finds:
        assert "41 million" in words
    else:
        assert words == NOTHING_THERE


@pytest.mark.parametrize(
    ("who", "invisible", "absent", "says"),
    [
        ("cho", "document:Kestrel.md", "document:Nowhere.md", NONE_SUCH),
        ("ana", "document:Diary.md", "document:Nowhere.md", NONE_SUCH),
        ("cho", "document:2", "document:99", NONE_SUCH),
        ("cho", "in:Kestrel", "in:Nowhere", NOTHING_THERE),
        ("cho", "in:Kestrel.md", "in:Nowhere.md", NOTHING_THERE),
    ],
)
async def test_what_one_may_not_see_is_answered_like_what_is_not_there(
    typing, who, invisible, absent, says
):
    _, unseen = await typing(who, f"search merger price of Kestrel {invisible}")
    _, nowhere = await typing(who, f"search merger price of Kestrel {absent}")

    assert unseen == nowhere == says


async def test_what_is_no_filter_is_explained(typing):
    _, words = await typing("ben", "search merger price folder:Deals")

    assert "Did you mean “in:”" in words
    assert EXAMPLES["in"] in words


async def delete(typing, person, who, wanted):
    card, words = await typing(who, f"delete {wanted}")
    if "[Delete it]" not in words:
        return words
    assert "Its text is deleted at once" in words
    await person("click", who, ts=card.ts, text="Delete it", **GENERAL)
    return None


@pytest.mark.parametrize(
    ("who", "wanted", "title"),
    [
        ("ben", "Diary.md", "Diary.md"),
        ("ben", "1", "Diary.md"),
        ("ana", "Kestrel.md", "Kestrel.md"),
        ("ana", "handbook.MD", "Handbook.md"),
    ],
)
async def test_an_owner_or_an_admin_deletes_after_a_click(
    typing, person, furnished, who, wanted, title
):
    assert await delete(typing, person, who, wanted) is None

    tenant = furnished.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        left = [row["title"] for row in await tx.fetch("select title from document")]
        rows = await tx.fetch(
            "select actor, outcome from audit_event where action = 'knowledge:document:forget'"
            " order by seq"
        )
    assert title not in left
    assert len(left) == 2
    actor = furnished.person_id(who)
    assert [tuple(row) for row in rows] == [(actor, "attempt"), (actor, "done")]


@pytest.mark.parametrize(
    ("who", "wanted", "words"),
    [
        ("cho", "Handbook.md", FOR_ADMINS["workspace"]),
        ("ben", "Kestrel.md", FOR_ADMINS["channel"]),
        ("cho", "Kestrel.md", NONE_SUCH),
        ("ana", "Diary.md", NONE_SUCH),
        ("cho", "2", NONE_SUCH),
        ("cho", "", "Say which one"),
    ],
)
async def test_nobody_deletes_what_is_not_theirs_and_what_they_may_not_see_is_not_there(
    typing, person, who, wanted, words
):
    assert words in await delete(typing, person, who, wanted)


async def test_a_click_is_looked_at_again(typing, person, furnished):
    """Whoever was an admin, or in the channel, when they asked; and a card that was never shown."""
    card, _ = await typing("ana", "delete Kestrel.md")
    goes_out(furnished, "ana", "leadership")
    await person("click", "ana", ts=card.ts, text="Delete it", **GENERAL)
    goes_out(furnished, "cho", "leadership")
    comes_in(furnished, "cho", "leadership")
    tenant = furnished.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        document = await tx.fetchval("select document_id from document where scope = 'channel'")
    card, _ = await typing("cho", "status")
    assert DELETE not in str(card.blocks)
    async with tenant.db.transaction() as tx:
        assert await tx.fetchval("select count(*) from document") == 3
        assert await tx.fetchval("select count(*) from document where document_id = $1", document)


async def test_who_is_no_admin_any_more_deletes_nothing_of_the_workspaces(
    typing, person, furnished
):
    """Their card is still there, and we have known them for an admin a moment ago."""
    card, _ = await typing("ana", "delete Handbook.md")
    becomes(furnished, "ana", "member")
    await person("click", "ana", ts=card.ts, text="Delete it", **GENERAL)

    tenant = furnished.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        left = [row["title"] for row in await tx.fetch("select title from document")]
    assert "Handbook.md" in left


async def test_another_word_is_explained(typing):
    _, words = await typing("ben", "serch")

    assert "Did you mean `/aegis kb search`?" in words
    assert "/aegis kb search WORDS" in words
    assert "in:handbook/" in words


async def test_a_word_of_it_without_kb_is_guessed(furnished, person):
    general = channel_of(furnished, "general")
    await person("command", "ben", text="/aegis search merger price", **GENERAL)
    said = messages_in(furnished, general)[-1]

    words = furnished.sandbox.world.read(workspace_of(furnished), said)
    assert "Did you mean `/aegis kb search`?" in words
