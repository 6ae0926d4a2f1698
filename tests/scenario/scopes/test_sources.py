"""The numbered sources of an answer open for whoever may see them when they press."""

import pytest

from core.conversations.sharing.model import NOT_THEIRS
from core.knowledge.access.open_passage import NOT_THERE
from core.knowledge.forget_document import forget_document
from handlers.blocks.answers.asking import ASK_ABOUT, ASK_FORM
from handlers.blocks.review.rating import WHY
from handlers.blocks.review.shown import SHOWN
from tests.scenario.agents.forms import filled_in, opened
from tests.scenario.agents.seen import (
    channel_of,
    comes_in,
    direct_of,
    goes_out,
    messages_in,
    read_in,
    workspace_of,
)
from tests.scenario.scopes.conftest import CODE, PRICE, STIPEND
from tests.scenario.scopes.test_who_reads_along import hints


def text_of(view):
    return "\n".join(block["text"]["text"] for block in view["blocks"] if "text" in block)


@pytest.fixture
def pressing(furnished, person):
    """Somebody opens the first source of the newest answer in that place: the window, or what is said."""

    async def press(who, place, number=1):
        dm = place == "dm"
        channel = direct_of(furnished, who) if dm else channel_of(furnished, place)
        answer = next(
            one
            for one in reversed(messages_in(furnished, channel))
            if f"Open [{number}]" in str(one.blocks)
        )
        where = "dm" if dm else f"#{place}"
        before = len(read_in(furnished, channel))
        await person("click", who, ts=answer.ts, text=f"Open [{number}]", **{"in": where})
        view = opened(furnished, who)
        return text_of(view) if view else "\n".join(read_in(furnished, channel)[before:])

    return press


async def test_a_source_opens_with_its_title_heading_and_very_words(asking, pressing, furnished):
    assert "[Open [1]]" in await asking("ben", "general", STIPEND)
    said = await pressing("cho", "general")

    assert said.splitlines()[:2] == ["*Handbook.md*", "Handbook › Bike stipend"]
    assert "You can claim 900 euros every three years." in said
    tenant = furnished.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        rows = await tx.fetch(
            "select actor, outcome from audit_event where action = 'knowledge:passage:open' order by seq"
        )
    cho = furnished.person_id("cho")
    assert [tuple(row) for row in rows] == [(cho, "attempt"), (cho, "done")]


async def test_who_is_no_longer_in_the_channel_of_a_document_does_not_open_it(
    asking, pressing, furnished
):
    await asking("ben", "dm", PRICE)
    assert "41 million" in await pressing("ben", "dm")
    furnished.sandbox.world.modals.forget("TNORTHWIND")
    goes_out(furnished, "ben", "leadership")

    said = await pressing("ben", "dm")
    assert said == NOT_THERE
    assert hints(said) == []


async def test_who_came_later_opens_nothing_of_a_channel_they_are_not_known_to_be_in(
    asking, pressing, furnished
):
    await asking("ben", "leadership", PRICE)
    comes_in(furnished, "cho", "leadership")
    furnished.sandbox.refuse("conversations.members", "missing_scope", times=9)

    assert await pressing("cho", "leadership") == NOT_THERE


async def test_what_is_gone_is_told_in_the_same_words(asking, pressing, furnished):
    await asking("ben", "dm", CODE)
    tenant, ben = furnished.tenants["northwind"], furnished.person_id("ben")
    async with tenant.db.transaction() as tx:
        document = await tx.fetchval("select document_id from document where scope = 'person'")
    await forget_document(tenant, document_id=document, person_id=ben)

    assert await pressing("ben", "dm") == NOT_THERE


async def test_a_made_up_number_opens_nothing(asking, person, furnished):
    await asking("ben", "general", STIPEND)
    answer = messages_in(furnished, channel_of(furnished, "general"))[-1]
    tenant = furnished.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        await tx.execute("update turn set sources = '[]'")
    await person("click", "ben", ts=answer.ts, text="Open [1]", **{"in": "#general"})

    assert opened(furnished, "ben") is None
    assert read_in(furnished, channel_of(furnished, "general"))[-1] == NOT_THERE


async def test_why_this_answer_lists_only_what_whoever_looks_may_see(asking, person, furnished):
    await asking("ben", "leadership", PRICE)
    answer = messages_in(furnished, channel_of(furnished, "leadership"))[-1]
    for who, sees in (("ana", True), ("cho", False)):
        comes_in(furnished, who, "leadership")
        if not sees:
            furnished.sandbox.refuse("conversations.members", "missing_scope", times=9)
        furnished.product.services.staff.readers._known.clear()
        await person("shortcut", who, callback_id=WHY, ts=answer.ts, **{"in": "#leadership"})
        words = text_of(opened(furnished, who))
        assert ("Kestrel.md" in words) is sees


@pytest.mark.parametrize("still_there", [True, False])
async def test_an_admin_sees_what_the_model_saw_only_while_in_the_channel(
    asking, person, furnished, still_there
):
    await asking("ben", "leadership", PRICE)
    answer = messages_in(furnished, channel_of(furnished, "leadership"))[-1]
    await person("shortcut", "ana", callback_id=WHY, ts=answer.ts, **{"in": "#leadership"})
    if not still_there:
        goes_out(furnished, "ana", "leadership")
    value = next(
        button["value"]
        for block in opened(furnished)["blocks"]
        for button in block.get("elements", ())
        if button["action_id"] == SHOWN
    )
    await person("click", "ana", action_id=SHOWN, value=value)

    assert ("41 million" in text_of(opened(furnished))) is still_there


@pytest.fixture
def answered(furnished, person):
    """ben has asked about cho's message in that channel, and reads the answer alone."""

    async def ask(place, question):
        said = await person("say", "cho", text="Let us see.", **{"in": f"#{place}"})
        where = {"in": f"#{place}"}
        await person("shortcut", "ben", callback_id=ASK_ABOUT, ts=said["ts"], **where)
        await person("view", "ben", callback_id=ASK_FORM, values=filled_in(question))
        return messages_in(furnished, direct_of(furnished, "ben"))

    return ask


def offers(stage):
    return [one for one in read_in(stage, direct_of(stage, "ben")) if "[Share in channel]" in one]


async def test_what_not_everybody_in_the_channel_may_see_is_not_offered_there(answered, furnished):
    await answered("random", STIPEND)  # a guest is there
    await answered("general", PRICE)  # a document of another channel

    said = "\n".join(read_in(furnished, direct_of(furnished, "ben")))
    assert "900 euros" in said
    assert "41 million" in said
    assert offers(furnished) == []


async def test_who_comes_in_between_the_answer_and_the_press_closes_it(answered, person, furnished):
    await answered("general", STIPEND)
    [card] = [
        one
        for one in messages_in(furnished, direct_of(furnished, "ben"))
        if "Share in channel" in str(one.blocks)
    ]
    comes_in(furnished, "gil", "general")
    await person("click", "ben", ts=card.ts, text="Share in channel", **{"in": "dm"})

    world, workspace = furnished.sandbox.world, workspace_of(furnished)
    general = messages_in(furnished, channel_of(furnished, "general"))
    assert hints("\n".join(world.read(workspace, one) for one in general)) == []
    assert read_in(furnished, direct_of(furnished, "ben"))[-1] == NOT_THEIRS
