"""Who may see a document gets answers out of it, and in a channel only what everybody there may see."""

from dataclasses import replace

import pytest

from bot.sandbox.model.people import Bot, Person
from core.conversations.looking.look_up import asker_of
from core.conversations.model import Place
from core.conversations.sharing.offer_alone import NOT_YOURS, find_withheld
from core.kernel.errors import NotFound
from core.knowledge.model import Sight
from tests.scenario.agents.seen import (
    becomes_a_guest,
    channel_of,
    comes_in,
    direct_of,
    goes_out,
    messages_in,
    read_in,
    workspace_of,
)
from tests.scenario.scopes.conftest import CODE, PRICE, STIPEND

ONE_LEFT_OUT = "1 source left out here, because not everybody who reads along may see it"
ONE_UNKNOWN = "1 source left out here, because I could not learn just now who reads along"
LEFT_OUT = "left out"


def hints(words):
    """Whatever of a document of somebody's must not be read by others."""
    told = ("Kestrel.md", "41 million", "Merger price", "Handbook.md", "900 euros", "Bike stipend")
    return [one for one in (*told, "Diary.md", "7719", "Locker code") if one in words]


async def test_where_all_are_full_members_the_workspaces_documents_answer(asking):
    said = await asking("ben", "general", STIPEND)

    assert "900 euros" in said
    assert LEFT_OUT not in said


@pytest.mark.parametrize("place", ["random", "with-copper-kettle"])
async def test_with_a_guest_or_an_outsider_nothing_of_the_workspaces_is_used_and_it_is_counted(
    asking, place
):
    said = await asking("ben", place, STIPEND)

    assert hints(said) == []
    assert ONE_LEFT_OUT in said


async def test_who_is_in_a_channel_gets_answers_from_its_documents_directly_and_there(asking):
    assert "41 million" in await asking("ana", "dm", PRICE)
    assert "41 million" in await asking("ben", "leadership", PRICE)


async def test_who_is_not_in_a_private_channel_gets_no_hint_of_its_documents(asking, furnished):
    """A95: neither an answer, nor a title, nor that there is something."""
    for place in ("dm", "general", "random"):
        said = await asking("cho", place, PRICE)
        assert hints(said) == []
        assert LEFT_OUT not in said
    assert ephemerals(furnished, "general") == []


async def test_in_a_channel_what_not_everybody_may_see_is_counted_and_no_more(asking):
    for question in (PRICE, CODE):
        said = await asking("ben", "general", question)
        assert hints(said) == []
        assert ONE_LEFT_OUT in said


async def test_the_answer_is_the_same_as_if_nothing_had_been_withheld(asking, give):
    leaders = "# Leaders\n\n## Bike stipend\n\nThe bike stipend of leaders is 2,000 euros.\n"
    await give("Leaders.md", leaders, by="ana", channel="leadership")
    ours = await asking("ben", "general", STIPEND)
    theirs = await asking("cho", "general", STIPEND)

    assert ONE_LEFT_OUT in ours
    assert "2,000" not in ours
    ours = ours[: ours.index("[Good answer]")]  # what comes after is for ben alone
    assert [one for one in ours.splitlines() if one and LEFT_OUT not in one] == [
        one for one in theirs.splitlines()[:-1] if one
    ]


@pytest.mark.parametrize(
    "trouble", ["missing_scope", "channel_not_found", "http_429", "fatal_error"]
)
async def test_where_nobody_says_who_reads_along_only_the_channels_own_documents_are_used(
    asking, furnished, trouble
):
    held = {"retry_after_s": 30} if trouble == "http_429" else {}
    error = "ratelimited" if held else trouble
    for method in ("conversations.members", "users.conversations"):
        furnished.sandbox.refuse(method, error, times=100, **held)
    said = await asking("ben", "general", STIPEND)
    assert hints(said) == []
    assert ONE_UNKNOWN in said
    assert "41 million" in await asking("ben", "leadership", PRICE)
    # And directly what is certainly theirs, and that there may be more.
    assert "900 euros" in await asking("ben", "dm", STIPEND)
    assert "7719" in await asking("ben", "dm", CODE)
    said = await asking("ben", "dm", PRICE)
    assert hints(said) == []
    assert "I could not learn just now who is in 1 channel, so its documents were left out" in said


async def test_whatever_a_person_is_in_is_learnt_by_one_call(asking, furnished):
    """Not one for each channel that has documents, of which Slack allows 80 a minute."""
    tenant, lead = furnished.tenants["northwind"], channel_of(furnished, "leadership")
    for number in range(40):
        copy = replace(lead, id=f"C0TEAM{number:04d}", name=f"team-{number}", messages={})
        workspace_of(furnished).channels[copy.id] = copy
        async with tenant.db.transaction() as tx:
            await tx.execute(
                "insert into document (document_id, title, media, scope, channel_id, content_sha256,"
                " added_by) values ($1, $1, 'md', 'channel', $1, $1, 'U1')",
                copy.id,
            )
    furnished.sandbox.refuse("conversations.members", "fatal_error", times=100)

    said = await asking("ben", "dm", PRICE)
    assert "41 million" in said
    assert "I could not learn" not in said


async def test_a_shortcut_says_not_that_somebody_is_in_the_channel(furnished):
    """The menu of a message is there in the preview of a public channel that one is not in."""
    tenant, staff = furnished.tenants["northwind"], furnished.product.services.staff
    furnished.sandbox.refuse("conversations.members", "fatal_error", times=100)
    channel, ben = channel_of(furnished, "leadership").id, furnished.person_id("ben")
    asked = Place(workspace_of(furnished).id, channel, "1.1", ben, private=False)

    for said_there in (False, True):
        place = replace(asked, said_there=said_there)
        asker = await asker_of(tenant, staff, place, "all")
        assert asker.sight == Sight(False, frozenset({channel} if said_there else ()))
        assert asker.unlearnt == frozenset(() if said_there else {channel})


async def test_an_older_slack_that_does_not_say_who_reads_along(stage_with):
    async with stage_with(unserved={"conversations.members", "users.conversations"}) as stage:
        await stage.add_document(
            "northwind", "Handbook.md", "# Stipend\n\nA stipend of 900 euros.\n"
        )
        lines = await stage.play(
            '[{workspace: northwind, person: ben, in: "#general", say: "@AEGIS how much is the stipend?"}]'
        )
    said = "\n".join(line["text"] for line in lines)

    assert "900" not in said
    assert ONE_UNKNOWN in said


async def test_whom_slack_does_not_tell_of_is_no_full_member(asking, furnished):
    channel_of(furnished, "general").members.add("UNOBODY")
    said = await asking("ben", "general", STIPEND)

    assert hints(said) == []
    assert ONE_LEFT_OUT in said


async def test_another_app_of_ours_reads_nothing_and_one_of_another_company_closes(
    asking, furnished
):
    workspace = workspace_of(furnished)
    ours = Bot(user_id="UOURBOT", bot_id="B1", app_id="A1", name="Deploys", team_id=workspace.id)
    theirs = replace(ours, user_id="UTHEIRBOT", team_id="TCOPPERKET")
    workspace.bots = {bot.user_id: bot for bot in (ours, theirs)}
    channel_of(furnished, "general").members.add(ours.user_id)
    channel_of(furnished, "leadership").members.add(theirs.user_id)

    assert "900 euros" in await asking("ben", "general", STIPEND)
    assert hints(await asking("ben", "leadership", STIPEND)) == []


async def test_a_large_channel_is_looked_through_by_the_list_of_all(asking, furnished):
    workspace, general = workspace_of(furnished), channel_of(furnished, "general")
    for number in range(40):
        one = Person(
            id=f"UMANY{number}",
            name=f"many{number}",
            real_name=f"Many {number}",
            title="",
            kind="member",
            home_team_id=workspace.id,
        )
        workspace.persons[one.id] = one
        general.members.add(one.id)
    furnished.sandbox.refuse("users.info", "fatal_error", times=0)
    assert "900 euros" in await asking("ben", "general", STIPEND)

    last = workspace.persons["UMANY39"]
    workspace.persons["UMANY39"] = replace(last, kind="guest")
    tenant = furnished.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        await tx.execute("update person set checked_at = now() - interval '1 hour'")
    assert hints(await asking("ben", "general", STIPEND)) == []


async def test_a_member_who_becomes_a_guest_closes_a_channel_once_slack_is_asked(asking, furnished):
    becomes_a_guest(furnished, "cho")

    assert hints(await asking("ben", "general", STIPEND)) == []


async def test_who_has_left_a_channel_gets_nothing_of_its_documents(asking, furnished):
    goes_out(furnished, "ben", "leadership")

    assert hints(await asking("ben", "dm", PRICE)) == []


def ephemerals(stage, channel):
    world = stage.sandbox.world
    return [
        (one.ephemeral_to, world.read(workspace_of(stage), one))
        for one in messages_in(stage, channel_of(stage, channel))
        if one.ephemeral_to
    ]


async def test_whoever_asked_is_answered_privately_on_a_click(asking, furnished, person):
    await asking("ben", "random", STIPEND)
    ben = furnished.person_id("ben")
    [(seen_by, words)] = ephemerals(furnished, "random")
    assert seen_by == ben
    assert hints(words) == []
    assert "[Answer me privately]" in words

    [card] = [m for m in messages_in(furnished, channel_of(furnished, "random")) if m.ephemeral_to]
    for _ in range(2):
        await person("click", "ben", ts=card.ts, text="Answer me privately", **{"in": "#random"})

    said = read_in(furnished, direct_of(furnished, "ben"))
    assert len([one for one in said if "900 euros" in one]) == 1
    assert any(STIPEND in one for one in said)
    assert hints("\n".join(read_in(furnished, channel_of(furnished, "random")))) == []


async def test_nobody_is_answered_what_another_has_asked(asking, furnished):
    await asking("ben", "random", CODE)
    tenant = furnished.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        turn = await tx.fetchval("select turn_id from turn")
    with pytest.raises(NotFound, match=NOT_YOURS[:20]):
        await find_withheld(tenant, turn, person_id=furnished.person_id("cho"))


async def test_who_is_a_guest_by_now_is_answered_nothing_privately(asking, furnished, person):
    await asking("ben", "random", STIPEND)
    [card] = [m for m in messages_in(furnished, channel_of(furnished, "random")) if m.ephemeral_to]
    becomes_a_guest(furnished, "ben")
    await person("click", "ben", ts=card.ts, text="Answer me privately", **{"in": "#random"})

    assert hints("\n".join(read_in(furnished, direct_of(furnished, "ben")))) == []
    tenant = furnished.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        assert await tx.fetchval("select count(*) from turn") == 1


async def test_who_was_put_out_of_a_channel_meanwhile_gets_nothing_of_it_privately(
    asking, furnished, person
):
    comes_in(furnished, "cho", "leadership")
    await asking("cho", "general", PRICE)
    [card] = [m for m in messages_in(furnished, channel_of(furnished, "general")) if m.ephemeral_to]
    goes_out(furnished, "cho", "leadership")
    await person("click", "cho", ts=card.ts, text="Answer me privately", **{"in": "#general"})

    assert hints("\n".join(read_in(furnished, direct_of(furnished, "cho")))) == []
