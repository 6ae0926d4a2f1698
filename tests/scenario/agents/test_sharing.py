"""An answer that one person reads, and what becomes of “Share in channel”, over the wire."""

from dataclasses import replace

import pytest

from core.agents.changes.switch_agent import switch_agent
from core.conversations.model import About, DrewOn, Place, Turn
from core.conversations.sharing.model import CHANGED, GONE, NOT_YOURS, OWN
from core.conversations.sharing.note_drawn import note_drawn
from core.conversations.sharing.share_answer import ACTION, find_shareable
from core.gateway.model import AgentTurn, Exchange
from core.gateway.tools.steps import ToolStep
from core.kernel.errors import NotFound, Refused
from core.knowledge.forget_document import forget_document
from core.knowledge.ingest_document import ingest_document
from core.knowledge.model import Findings
from core.memory.correct_memory import correct_memory
from core.memory.forget_memory import forget_memory
from core.memory.keep_memory import Proposal, keep_memory
from core.tenancy.model import Person
from core.tenancy.store import put_person
from handlers.blocks.answers.asking import ASK_ABOUT, ASK_FORM
from handlers.blocks.answers.sharing import SHARE
from tests.scenario.agents.forms import ASKED, filled_in
from tests.scenario.agents.seen import (
    becomes_a_guest,
    channel_of,
    direct_of,
    join,
    leave,
    messages_in,
    read_in,
)

GENERAL, DM = {"in": "#general"}, {"in": "dm"}
APPROVED = "approved by the head of purchasing"
SAID = "We need a new supplier by Friday."


@pytest.fixture
def tenant(staffed):
    return staffed.tenants["northwind"]


@pytest.fixture
async def answered(staffed, person):
    """ben has asked about cho's message, and reads the answer alone: what stands in his direct message."""

    async def ask(question=ASKED, thread=None):
        more = {"thread": thread} if thread else {}
        said = await person("say", "cho", text=SAID, **GENERAL, **more)
        await person("shortcut", "ben", callback_id=ASK_ABOUT, ts=said["ts"], **GENERAL)
        await person("view", "ben", callback_id=ASK_FORM, values=filled_in(question))
        return said, messages_in(staffed, direct_of(staffed, "ben"))

    return ask


@pytest.fixture
async def pressing(staffed, person, tenant):
    """Somebody presses the button of ben's newest answer; what the app says there afterwards."""

    async def press(who="ben", **place):
        async with tenant.db.transaction() as tx:
            turn = await tx.fetchval("select turn_id from turn order by id desc limit 1")
            card = await tx.fetchval(
                "select message_ts from outbox_message where starts_with(key, 'offer:')"
                " order by id desc limit 1"
            )
        await person("click", who, ts=card, action_id=SHARE, value=turn, **(place or DM))
        return read_in(staffed, direct_of(staffed, who))

    return press


async def rows_of(tenant, action=ACTION):
    async with tenant.db.transaction() as tx:
        rows = await tx.fetch(
            "select actor, outcome, detail from audit_event where action = $1 order by seq", action
        )
    return [row["outcome"] for row in rows]


async def keep(staffed, title, text, scope, name="ben"):
    reader = staffed.product.services.reader
    return await ingest_document(
        staffed.tenants["northwind"],
        reader,
        staffed.product.services.staff.embedder,
        title=title,
        content=text.encode(),
        added_by=staffed.person_id(name),
        scope=scope,
        reference="test",
    )


def in_general(staffed):
    return read_in(staffed, channel_of(staffed, "general"))


async def test_it_is_shared_once_below_the_message_by_the_agent_and_by_whoever_asked(
    staffed, answered, pressing, tenant
):
    said, _ = await answered()
    told = await pressing()

    [shared] = messages_in(staffed, channel_of(staffed, "general"))
    assert shared.thread == said["ts"]
    [words] = in_general(staffed)
    assert "asked and shared by @ben: " + ASKED in words
    assert APPROVED in words
    assert "Purchasing.md" in words
    assert shared.to_wire()["username"] == "Mara · Chief of staff"
    assert "Only you see this answer" not in "\n".join(told)
    assert told[-1].startswith("You shared this answer in the thread in ")
    assert await rows_of(tenant) == ["attempt", "done"]


async def test_an_answer_to_a_message_in_a_thread_is_shared_in_that_thread(
    staffed, person, answered, pressing
):
    root = await person("say", "cho", text="Suppliers, anyone?", **GENERAL)
    await answered(thread=root["ts"])
    await pressing()

    [shared] = messages_in(staffed, channel_of(staffed, "general"))
    assert shared.thread == root["ts"]


async def test_where_ask_was_answered_alone_it_is_shared_once_aegis_is_in_the_channel(
    staffed, person, pressing, tenant
):
    general = channel_of(staffed, "general")
    leave(staffed, general)
    await person("command", "ben", text=f"/ask {ASKED}", **GENERAL)
    told = await pressing()
    assert "It was not shared." in told[-1]
    assert "/invite" in told[-1]
    assert in_general(staffed) == []
    join(staffed, general)
    told = await pressing()

    [words] = in_general(staffed)
    assert APPROVED in words
    assert "You shared this answer in" in "\n".join(told)
    assert await rows_of(tenant) == ["attempt", "failed", "attempt", "done"]


async def not_shared(staffed, person_id):
    """Why the newest answer is not shared, should its button be pressed all the same."""
    tenant, readers = staffed.tenants["northwind"], staffed.product.services.staff.readers
    async with tenant.db.transaction() as tx:
        turn = await tx.fetchval("select turn_id from turn order by id desc limit 1")
    with pytest.raises((Refused, NotFound)) as refusal:
        await find_shareable(tenant, readers, turn, person_id=person_id)
    return str(refusal.value)


def offers_in(staffed):
    return [text for text in read_in(staffed, direct_of(staffed, "ben")) if "[Share in" in text]


async def test_what_draws_on_ones_own_document_is_never_offered_nor_shared(
    staffed, answered, tenant
):
    await keep(staffed, "Mine.md", "# Suppliers\n\nMy new supplier is Velo Rossi.\n", "person")
    await answered("Which new supplier is mine?")

    assert "Velo Rossi" in "\n".join(read_in(staffed, direct_of(staffed, "ben")))
    assert offers_in(staffed) == []
    assert await not_shared(staffed, staffed.person_id("ben")) == OWN


@pytest.mark.parametrize(
    ("tools", "has_own", "thread", "own"),
    [
        ([], True, False, False),
        (["current_time", "who_is_who"], True, False, False),
        (["search_knowledge"], False, False, False),
        (["read_document"], True, False, True),
        (["calendar_look"], False, False, True),
        ([], False, True, True),
    ],
)
async def test_what_the_answer_was_made_from_is_noted(staffed, tenant, tools, has_own, thread, own):
    if has_own:
        await keep(staffed, "Mine.md", "# Mine\n\nMy own lamp.\n", "person")
    ben = staffed.person_id("ben")
    turn = Turn("t1", 1, "finance", ASKED, "open", None, (), about=About("C1"))
    earlier = (Exchange("person", "And mine?"),) if thread else ()
    asked = AgentTurn("Finn", "finance", "", ASKED, thread=earlier)
    steps = [
        ToolStep("s1", "t1", name, "finance", ben, "done", "{}", "", "", "", {}, False)
        for name in tools
    ]
    place = Place("TNORTHWIND", "D1", "1.0", ben, private=True)

    readers = staffed.product.services.staff.readers
    nothing = Findings((), frozenset(), lexical_only=False)
    noted = await note_drawn(tenant, readers, turn, place, asked, nothing, steps)
    assert noted == DrewOn((), own, looked=bool({"search_knowledge", "read_document"} & {*tools}))
    for other in (replace(place, private=False), place):
        of = turn if other is not place else replace(turn, about=None)
        assert await note_drawn(tenant, readers, of, other, asked, nothing, steps) is None


async def test_what_is_kept_about_a_person_closes_their_answers_and_what_is_the_companys_does_not(
    staffed, answered, tenant
):
    ana, ben = staffed.person_id("ana"), staffed.person_id("ben")
    async with tenant.db.transaction() as tx:
        await put_person(tx, Person(ana, "owner"))
    for number, (about, offers) in enumerate((("", 1), (ben, 1))):
        body = f"Fact number {number} is so."
        await keep_memory(tenant, Proposal(f"m{number}", "t1", ana, about, "", body))
        await answered()
        assert len(offers_in(staffed)) == offers

    assert await not_shared(staffed, ben) == OWN


async def test_a_document_that_is_gone_since_closes_the_answer(staffed, answered, pressing, tenant):
    await answered()
    async with tenant.db.transaction() as tx:
        document = await tx.fetchval("select document_id from document")
    await forget_document(tenant, document_id=document, person_id="U1", may_forget_any=True)
    told = await pressing()

    assert told[-1] == CHANGED
    assert in_general(staffed) == []


@pytest.mark.parametrize("gone", ["retention", "agent"])
async def test_an_old_answer_is_explained(staffed, answered, pressing, person, tenant, gone):
    await answered()
    async with tenant.db.transaction() as tx:
        turn = await tx.fetchrow(
            "select o.message_ts, t.turn_id from turn t join outbox_message o"
            " on o.key = 'offer:' || t.turn_id"
        )
        if gone == "retention":
            await tx.execute("delete from turn")
    if gone == "agent":
        await switch_agent(tenant, "chief_of_staff", on=False, actor="U1", reference="x")
    place = {"ts": turn["message_ts"], "value": turn["turn_id"], **DM}
    await person("click", "ben", action_id=SHARE, **place)

    said = read_in(staffed, direct_of(staffed, "ben"))[-1]
    assert said == GONE if gone == "retention" else "was switched off" in said
    assert in_general(staffed) == []


async def test_nobody_shares_what_another_was_answered(staffed, answered, tenant):
    await answered()

    assert await not_shared(staffed, staffed.person_id("cho")) == NOT_YOURS


async def test_who_is_a_guest_by_now_shares_nothing(staffed, answered, pressing, person):
    await answered()
    becomes_a_guest(staffed, "ben")
    told = await pressing()

    assert "I only answer full members" in told[-1]
    assert in_general(staffed) == []


async def test_what_goes_on_in_the_thread_of_such_an_answer_is_not_offered(
    staffed, answered, person
):
    _, [root, *_] = await answered()
    await person("say", "ben", text="And within how many days?", thread=root.ts, **DM)

    offers = [
        one for one in messages_in(staffed, direct_of(staffed, "ben")) if "Only you" in one.text
    ]
    assert len(offers) == 1


@pytest.mark.parametrize("change", ["forgotten", "corrected", "over", "unknown"])
async def test_what_was_kept_about_the_company_and_is_not_since_closes_the_answer(
    staffed, answered, pressing, tenant, change
):
    by = {"person_id": (ana := staffed.person_id("ana")), "administers": True, "reference": "t"}
    async with tenant.db.transaction() as tx:
        await put_person(tx, Person(ana, "owner"))
    await keep_memory(tenant, Proposal("m1", "t1", ana, "", "", "Purchasing is Dana's."))
    await answered()
    if change == "forgotten":
        await forget_memory(tenant, "m1", **by)
    if change == "corrected":
        await correct_memory(tenant, "m1", "Purchasing is Eli's.", **by)
    async with tenant.db.transaction() as tx:
        if change == "over":
            await tx.execute("update memory set expires_at = now()")
        elif change == "unknown":  # of a version that did not note it
            await tx.execute("update turn set drew_on = drew_on - 'facts'")
    assert (await pressing())[-1] == CHANGED
