"""Reading documents in, on the real database, with the real reader and without a model."""

import asyncio
from collections.abc import Sequence

import pytest

from core.db.tenant import TenantContext
from core.kernel.errors import Conflict, Invalid, NotFound, Refused
from core.knowledge.forget_document import forget_document
from core.knowledge.ingest_document import ingest_document
from core.knowledge.list_documents import list_documents
from core.knowledge.model import Asker, Ingested, Scope
from core.knowledge.reading.limited_reader import LimitedReader
from core.knowledge.share_document import share_document

READER = LimitedReader()
GUIDE = b"# Guide\n\n## Leave\n\nEveryone has twenty days.\n\n## Rooms\n\nBook a room online."


async def add(
    context: TenantContext,
    content: bytes = GUIDE,
    *,
    title: str = "guide.md",
    by: str = "U1",
    scope: Scope = "workspace",
) -> Ingested:
    return await ingest_document(
        context,
        READER,
        None,
        title=title,
        content=content,
        added_by=by,
        scope=scope,
        reference="test",
    )


async def counts(context: TenantContext) -> tuple[int, int]:
    """How many documents and chunks there are."""
    async with context.db.transaction() as tx:
        return (
            await tx.fetchval("select count(*) from document"),
            await tx.fetchval("select count(*) from chunk"),
        )


async def assert_word_counts_are_exact(context: TenantContext) -> None:
    """The running counts say what counting everything anew would say."""
    async with context.db.transaction() as tx:
        kept = await tx.fetch("select lexeme, chunk_count from lexeme order by lexeme")
        anew = await tx.fetch(
            "select w.lexeme, count(*)::int as chunk_count from chunk c, unnest(c.lexemes) w"
            " group by w.lexeme order by w.lexeme"
        )
        sums = await tx.fetch(
            "select d.document_id from document d left join chunk c using (document_id)"
            " group by d.document_id, d.chunk_count, d.token_count"
            " having d.chunk_count <> count(c.id) or d.token_count <> sum(c.token_count)"
        )
    assert [tuple(row) for row in kept] == [tuple(row) for row in anew]
    assert sums == []


async def audit_trail(context: TenantContext) -> list[tuple[str, str]]:
    async with context.db.transaction() as tx:
        rows: Sequence[tuple[str, str]] = await tx.fetch(
            "select action, outcome from audit_event where action like 'knowledge:%' order by seq"
        )
    return [tuple(row) for row in rows]


async def test_a_document_is_kept_with_its_chunks(context):
    ingested = await add(context)
    assert ingested.is_new
    assert (ingested.document.media, ingested.document.chunk_count) == ("md", 2)
    assert await counts(context) == (1, 2)
    assert await list_documents(context, asker=Asker("U9", private=False)) == [ingested.document]
    await assert_word_counts_are_exact(context)
    assert await audit_trail(context) == [
        ("knowledge:document:ingest", "attempt"),
        ("knowledge:document:ingest", "done"),
    ]


async def test_the_same_content_again_changes_nothing(context):
    first = await add(context)
    again = await add(context, title="another name.md")
    assert (again.is_new, again.document) == (False, first.document)
    assert await counts(context) == (1, 2)
    await assert_word_counts_are_exact(context)


async def test_a_race_of_two_writes_it_once(context):
    both = await asyncio.gather(*(add(context) for _ in range(2)))
    assert sorted(ingested.is_new for ingested in both) == [False, True]
    assert both[0].document.document_id == both[1].document.document_id
    assert await counts(context) == (1, 2)
    await assert_word_counts_are_exact(context)


async def test_many_at_once_do_not_deadlock_and_count_right(context):
    words = ["alpha beta gamma", "gamma beta alpha", "beta delta alpha", "delta gamma beta"]
    await asyncio.gather(
        *(add(context, f"{words[n % 4]} {n}".encode(), title=f"{n % 6}.txt") for n in range(12))
    )
    assert (await counts(context))[0] == 6
    await assert_word_counts_are_exact(context)


async def test_a_new_version_takes_the_place_of_the_old(context):
    old = await add(context)
    new = await add(context, GUIDE.replace(b"twenty", b"thirty"))
    assert (old.is_new, old.replaces) == (True, False)
    assert (new.is_new, new.replaces) == (True, True)
    assert new.document.document_id != old.document.document_id
    assert await counts(context) == (1, 2)
    await assert_word_counts_are_exact(context)


async def test_the_same_title_of_another_person_is_another_document(context):
    await add(context)
    await add(context, by="U1", scope="person")
    await add(context, by="U2", scope="person")
    assert (await counts(context))[0] == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        (b"  \n ", "There is no text in this file."),
        (b"# Only a heading", "There is no text in this file."),
        (b"PK\x03\x04", "This Office file or archive is damaged"),
        (b"%PDF-1.4 rubbish", "This PDF is damaged"),
        (b"x" * (20 * 2**20 + 1), "larger than 20 MB"),
    ],
    ids=["empty", "blank", "heading", "zip", "broken pdf", "too large"],
)
async def test_what_cannot_be_read_is_refused_in_words_and_leaves_nothing(context, content, words):
    with pytest.raises(Invalid, match=words):
        await add(context, content)
    assert await counts(context) == (0, 0)
    assert await audit_trail(context) == [
        ("knowledge:document:ingest", "attempt"),
        ("knowledge:document:ingest", "failed"),
    ]


async def test_forgetting_leaves_no_trace_in_the_counts(context):
    kept = await add(context, b"Annual leave is long.", title="kept.txt")
    gone = await add(context)
    await forget_document(
        context, document_id=gone.document.document_id, person_id="U1", may_forget_any=True
    )
    assert await list_documents(context, asker=Asker("U1", private=True)) == [kept.document]
    await assert_word_counts_are_exact(context)


async def test_nobody_forgets_what_is_not_theirs(context):
    mine = await add(context, by="U1", scope="person")
    ours = await add(context, b"For all of us.", title="all.txt")
    with pytest.raises(NotFound):
        await forget_document(
            context,
            document_id=mine.document.document_id,
            person_id="U2",
            may_forget_any=True,
        )
    with pytest.raises(Refused):
        await forget_document(context, document_id=ours.document.document_id, person_id="U1")
    assert (await counts(context))[0] == 2
    assert (await audit_trail(context))[-1] == ("knowledge:document:forget", "refused")


async def test_only_its_owner_shares_a_document(context):
    mine = await add(context, by="U1", scope="person")
    with pytest.raises(NotFound):
        await share_document(context, document_id=mine.document.document_id, person_id="U2")
    shared = await share_document(context, document_id=mine.document.document_id, person_id="U1")
    assert (shared.scope, shared.owner_id) == ("workspace", "")
    assert await list_documents(context, asker=Asker("U2", private=False)) == [shared]
    again = await share_document(context, document_id=mine.document.document_id, person_id="U1")
    assert again == shared  # a button pressed twice
    with pytest.raises(NotFound):
        await share_document(context, document_id=mine.document.document_id, person_id="U2")
    with pytest.raises(NotFound):
        await share_document(
            context, document_id=mine.document.document_id, person_id="U1", channel_id="C1"
        )


async def test_whoever_has_no_name_owns_nothing_of_the_workspaces(context):
    """It has no owner either."""
    ours = await add(context)
    with pytest.raises(NotFound):
        await share_document(
            context, document_id=ours.document.document_id, person_id="", channel_id="C1"
        )


async def test_sharing_what_the_workspace_has_leaves_one_copy(context):
    ours = await add(context)
    mine = await add(context, by="U1", scope="person")
    shared = await share_document(context, document_id=mine.document.document_id, person_id="U1")
    assert shared == ours.document
    assert (await counts(context))[0] == 1
    await assert_word_counts_are_exact(context)


async def test_sharing_never_replaces_what_somebody_else_has_added(context):
    ours = await add(context, by="U2")
    mine = await add(context, b"Something else.", by="U1", scope="person")
    with pytest.raises(Conflict, match="somebody else has added"):
        await share_document(context, document_id=mine.document.document_id, person_id="U1")
    assert (await counts(context))[0] == 2
    assert (await audit_trail(context))[-1] == ("knowledge:document:share", "refused")
    shared = await share_document(
        context, document_id=mine.document.document_id, person_id="U1", may_replace_any=True
    )
    assert await list_documents(context, asker=Asker("U2", private=False)) == [shared]
    assert ours.document.document_id != shared.document_id


async def test_a_new_version_takes_the_place_of_what_one_has_shared(context):
    seen = []

    async def see(tx, document, replaces):
        seen.append(replaces)

    for text in (GUIDE, b"A later version."):
        mine = await add(context, text, by="U1", scope="person")
        await share_document(
            context, document_id=mine.document.document_id, person_id="U1", also=see
        )
    assert seen == [False, True]
    assert (await counts(context))[0] == 1
    await assert_word_counts_are_exact(context)


async def test_nobody_overwrites_what_somebody_else_has_added_for_all(context):
    ours = await add(context, by="operator")
    with pytest.raises(Conflict, match="somebody else has added"):
        await add(context, b"The stipend is zero.", by="U2")
    assert await list_documents(context, asker=Asker("U2", private=False)) == [ours.document]
    assert (await counts(context))[0] == 1
    assert (await audit_trail(context))[-1] == ("knowledge:document:ingest", "failed")
    assert (await add(context, b"The stipend is 900 euros.", by="operator")).replaces


async def test_two_workspaces_share_nothing(new_context):
    here, there = await new_context(), await new_context()
    await add(here)
    assert await list_documents(there, asker=Asker("U1", private=True)) == []
    assert (await add(there)).is_new
