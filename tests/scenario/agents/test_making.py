"""A staff of the company's own: an agent made in a form, asked, changed, switched off in mid-answer."""

import asyncio
import json
from dataclasses import replace

from core.agents.changes.define_agent import define_agent
from core.agents.changes.switch_agent import switch_agent
from core.agents.load_roster import load_roster
from core.conversations import store
from core.conversations.model import Outgoing, Place, Question
from core.conversations.turns.run_turn import run_turn
from core.conversations.turns.speak import LONGEST_STOP_POLL_SECONDS
from handlers.blocks.agents.buttons import DEFINE_FORM
from tests.scenario.agents.forms import HANDBOOK, ZOE, filled, opened, roster_of, send
from tests.stage import spoken


async def test_an_agent_is_made_in_a_form_asked_and_found_by_its_topic(staffed, person):
    await person("command", **{"in": "dm"}, text="/aegis agents new")
    form = opened(staffed)
    told = await send(person, **ZOE)
    lines = await staffed.play(
        """
        - {workspace: northwind, person: ben, in: dm, say: "@zoe who approves a new supplier?"}
        - {say: "Which tender rules for a supplier are there?"}
        """
    )
    async with staffed.tenants["northwind"].db.transaction() as tx:
        choices = await tx.fetch("select agent, choice from turn order by id")

    assert (form["callback_id"], form["title"]["text"]) == (DEFINE_FORM, "New agent")
    assert told == {"status": 200, "answer": None}
    assert opened(staffed) is None
    zoe = (await roster_of(staffed)).find("purchasing")
    assert zoe.name == "Zoe"
    answer = next(line for line in lines if line["kind"] == "stream_stop")
    assert "head of purchasing" in answer["text"]
    assert answer["author"] == "Zoe · Procurement"
    assert [(row["agent"], row["choice"]) for row in choices] == [
        (zoe.key, "You addressed Zoe."),
        (zoe.key, "“supplier” is a topic of Zoe, procurement."),
    ]


async def test_what_is_wrong_by_itself_is_said_in_the_open_form(staffed, person):
    await person("command", **{"in": "dm"}, text="/aegis agents new")
    told = await send(person, **{**ZOE, "name": "<!channel>", "icon_emoji": "box"})

    assert told["answer"]["response_action"] == "errors"
    assert set(told["answer"]["errors"]) == {"name", "icon_emoji"}
    assert opened(staffed)["callback_id"] == DEFINE_FORM
    assert (await roster_of(staffed)).find("procurement") is None
    assert (await send(person, **ZOE))["answer"] is None
    assert (await roster_of(staffed)).find("procurement").name == "Zoe"


async def test_what_is_taken_opens_the_form_again_with_all_that_was_typed(staffed, person):
    await person("command", **{"in": "dm"}, text="/aegis agents new")
    told = await send(person, **{**ZOE, "name": "Finn"})
    again = opened(staffed)

    assert told["answer"] is None
    assert "“Finn” is what Finn answers to already." in again["blocks"][0]["text"]["text"]
    assert filled(again) == {**ZOE, "name": "Finn"}
    await send(person, **ZOE)
    assert (await roster_of(staffed)).find("zoe").topics == ("supplier", "tender")


async def test_where_slack_opens_it_no_more_what_was_typed_is_sent_to_the_person(staffed, person):
    await person("command", **{"in": "dm"}, text="/aegis agents new")
    staffed.sandbox.faults.expired_triggers = True
    await send(person, **{**ZOE, "name": "Finn"})

    workspace = staffed.sandbox.world.find_workspace("northwind")
    message = list(workspace.direct_message(staffed.person_id("ana")).messages.values())[-1]
    said = json.dumps(message.to_wire(), ensure_ascii=False)
    assert "Not saved." in said
    for words in ZOE.values():
        assert json.dumps(words)[1:-1] in said or words == "Zoe"


async def test_who_edited_meanwhile_is_no_loss(staffed, person):
    """An admin has the form open; another version comes; what was typed is kept beside it."""
    await person("command", **{"in": "dm"}, text="/aegis agents edit finance")
    form = opened(staffed)
    tenant = staffed.tenants["northwind"]
    body = {"description": "Somebody else's words for it."}
    await define_agent(tenant, body, key="finance", version=0, actor="UIDA", reference="x")
    edited = filled(form) | {"name": "Fina"}
    await send(person, **edited)
    again = opened(staffed)

    assert "there is a version 1 now" in again["blocks"][0]["text"]["text"]
    assert filled(again) == edited
    assert (await roster_of(staffed)).find("finance").name == "Finn"
    await send(person, **edited)
    finance = (await roster_of(staffed)).find("finance")
    assert (finance.name, finance.version) == ("Fina", 2)
    assert finance.topics == (await load_roster(staffed.tenants["harbor"])).find("finn").topics


async def test_switched_off_in_mid_answer_it_stops_within_five_seconds(stage_with):
    async with stage_with(words_per_s=2.0) as stage:
        await stage.add_document("northwind", "Purchasing.md", HANDBOOK * 30)
        playing = asyncio.create_task(
            stage.play(
                """
                - {workspace: northwind, person: ben, in: dm, say: "finn: who approves a new supplier?"}
                """
            )
        )
        tenant = stage.tenants["northwind"]
        await _until_speaking(stage)
        await switch_agent(tenant, "finance", on=False, actor="UANA", reference="off")
        lines = await playing
        again = await stage.play(
            """[{workspace: northwind, person: ben, in: dm, say: "finn: and by when?"}]"""
        )
        async with tenant.db.transaction() as tx:
            states = [row["state"] for row in await tx.fetch("select state from turn")]

    stopped = next(line for line in lines if line["kind"] in ("stream_stop", "update"))
    assert "Finn, finance, was switched off by an admin." in stopped["text"]
    # In mid-answer, as its words say; how soon is what the turn looks at, and the rest is the machine's.
    assert LONGEST_STOP_POLL_SECONDS < 5
    assert "was switched off by an admin. You can ask Mara" in spoken(again)
    assert states == ["done"]


async def _until_speaking(stage):
    feed = stage.sandbox.world.feed
    async with asyncio.timeout(20):
        async for item in feed.follow(0, ["TNORTHWIND"]):
            if item.kind == "stream_append":
                return


async def test_a_hand_over_gives_the_thread_to_another_agent_who_says_so(staffed):
    lines = await staffed.play(
        """
        - {workspace: northwind, person: ben, in: dm, say: "mara: who approves a new supplier?"}
        - {thread: last, say: "let Finn take this"}
        - {thread: last, say: "And within how many days is a supplier approved?"}
        """
    )

    stops = [(line["author"], line["text"]) for line in lines if line["kind"] == "stream_stop"]
    assert [author for author, _ in stops] == ["Mara · Chief of staff", *["Finn · Finance"] * 2]
    assert "Finn, finance, takes this thread from here, as you asked." in stops[1][1]
    assert "head of purchasing" in stops[1][1]
    assert "takes this thread" not in stops[2][1]


async def test_work_that_an_agent_had_begun_ends_in_words_once_it_is_off(stage_with):
    """Its worker is gone; the agent is switched off before another worker takes the turn up."""
    async with stage_with(works=False) as stage:
        tenant, staff = stage.tenants["northwind"], stage.product.services.staff
        channel = stage.sandbox.world.find_workspace("northwind").direct_message(
            stage.person_id("ben")
        )
        place = Place("TNORTHWIND", channel.id, "1.1", stage.person_id("ben"), True)
        question = Question(0, "D:1.1", replace(place, thread_ts=await _root(stage, place)), "Why?")
        async with tenant.db.transaction() as tx:
            conversation = await store.open_conversation(tx, question, "finance")
            await store.open_turn(tx, "t1", conversation, question, "finance", "Why?")
        await switch_agent(tenant, "finance", on=False, actor="UANA", reference="off")

        await run_turn(tenant, staff, question)
        async with tenant.db.transaction() as tx:
            turn = await store.take_turn(tx, "D:1.1")

    assert (turn.state, turn.answer) == (
        "done",
        "_Finn, finance, was switched off by an admin._",
    )


async def _root(stage, place):
    """A message of ours to answer below."""
    root = Outgoing(place.channel, "A question was here.")
    messenger = stage.product.services.staff.messenger
    return await messenger.post(stage.tenants["northwind"], root, key="root")
