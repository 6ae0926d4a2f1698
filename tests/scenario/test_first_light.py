"""The main job: a question in Slack, a streamed answer from the workspace's own documents, cited;
and nothing of it for anybody else."""

import json

import pytest

from tests.stage import spoken

HANDBOOK = """# Handbook

## Parental leave

Everyone gets eighteen weeks of parental leave at full pay, after six months with us.

## Bike stipend

You can claim 900 euros every three years for a bicycle of your own.
"""
OTHER = """# Office guide

## Office hours

The office is open from eight to six. Ring the bell after that.
"""


@pytest.fixture
async def furnished(stage):
    for name, text in (("northwind", HANDBOOK), ("harbor", OTHER)):
        await stage.add_document(name, "Handbook.md", text)
    return stage


ASK = 'say: "How many weeks of parental leave do we get?"'


async def test_a_direct_message_is_answered_with_a_source_and_the_other_company_hears_nothing(
    furnished,
):
    ours = await furnished.play(f"[{{workspace: northwind, person: ana, in: dm, {ASK}}}]")
    theirs = await furnished.play(f"[{{workspace: harbor, person: dora, in: dm, {ASK}}}]")

    assert "eighteen weeks" in spoken(ours)
    assert "[1]" in spoken(ours)
    assert "Handbook" in spoken(ours, "stream_stop")
    assert any(line["kind"] == "stream_start" for line in ours)
    assert "I found nothing on this in your documents" in spoken(theirs)
    assert "eighteen" not in json.dumps(theirs)


async def test_a_mention_is_answered_in_the_thread_and_heard_on_without_another(furnished):
    lines = await furnished.play(
        """
        - {workspace: northwind, person: ben, in: "#general", say: "<@AEGIS> what is the bike stipend?"}
        - {thread: last, say: "And how much parental leave is there?"}
        """.replace("<@AEGIS>", "@AEGIS")
    )

    answers = [line for line in lines if line["kind"] == "stream_stop"]
    assert len(answers) == 2
    assert answers[0]["thread"] == answers[1]["thread"]
    assert "900 euros" in answers[0]["text"]
    assert "eighteen weeks" in answers[1]["text"]


async def test_talk_among_people_is_left_alone(furnished):
    lines = await furnished.play(
        """
        - {workspace: northwind, person: ben, in: "#random", say: "Lunch?", answer: false}
        - {person: ana, in: dm, say: "What is the bike stipend?"}
        """
    )

    assert not [line for line in lines if line["channel"] == "#random" and line["author"] != "ben"]


@pytest.mark.parametrize(("person", "place"), [("olga", "#with-copper-kettle"), ("gil", "dm")])
async def test_outsiders_and_guests_are_refused_and_nothing_is_looked_up(furnished, person, place):
    words = "@AEGIS what is the bike stipend?" if place != "dm" else "What is the bike stipend?"
    lines = await furnished.play(
        f"""[{{workspace: northwind, person: {person}, in: "{place}", say: "{words}"}}]"""
    )
    async with furnished.tenants["northwind"].db.transaction() as tx:
        refused = await tx.fetchval(
            "select actor from audit_event where outcome = 'refused'"
            " and action = 'conversations:turn:ask' order by seq desc limit 1"
        )
        searches = await tx.fetchval(
            "select count(*) from audit_event where action = 'knowledge:documents:search'"
            " and actor = $1",
            refused,
        )

    assert "Sorry, I only answer" in spoken(lines)
    assert "900" not in spoken(lines)
    assert refused == furnished.person_id(person)
    assert searches == 0


async def test_ask_names_the_agent_and_answers_in_the_channel(furnished):
    lines = await furnished.play(
        """
        - {workspace: northwind, person: cho, in: "#general", command: "/ask people what is the bike stipend?"}
        """
    )

    root = next(line for line in lines if line["kind"] == "message")
    answer = next(line for line in lines if line["kind"] == "stream_stop")
    assert "what is the bike stipend?" in root["text"]
    assert "900 euros" in answer["text"]
    assert root["author"] == "AEGIS"


async def test_help_is_for_the_person_alone(furnished):
    lines = await furnished.play(
        """[{workspace: northwind, person: cho, in: "#general", command: "/aegis help"}]"""
    )

    help_page = next(line for line in lines if line["kind"] == "ephemeral")
    assert help_page["seen_by"] == ["cho"]
    assert "/ask" in help_page["text"]


async def test_a_dropped_file_answers_its_owner_and_nobody_else_until_it_is_shared(
    furnished, new_document
):
    await new_document("fair.md", "# Spring fair\n\nOur stand at the spring fair is number 14.\n")
    ask = 'say: "Which stand number do we have at the spring fair?"'
    lines = await furnished.play(
        f"""
        - {{workspace: northwind, person: ben, in: dm, upload: fair.md}}
        - {{{ask}}}
        - {{person: cho, in: dm, {ask}}}
        - {{person: ben, in: "#general", say: "@AEGIS which stand number do we have at the spring fair?"}}
        - {{person: ben, in: dm, click: Share with everyone}}
        - {{person: cho, in: dm, {ask}}}
        """
    )

    stops = [(line["seen_by"], line["text"]) for line in lines if line["kind"] == "stream_stop"]
    assert "number 14" in stops[0][1]
    assert "I found nothing" in stops[1][1]
    assert "number 14" not in stops[2][1]
    assert "1 source left out here" in stops[2][1]
    assert "number 14" in stops[3][1]
    assert any("is now shared" in line["text"] for line in lines)


async def test_every_search_and_upload_is_in_the_audit_log_before_it_happens(
    furnished, new_document
):
    await new_document("key.md", "# Keys\n\nThe van key hangs beside the door.\n")
    await furnished.play(
        """
        - {workspace: harbor, person: eli, in: dm, upload: key.md}
        - {say: "Where is the van key?"}
        """
    )
    async with furnished.tenants["harbor"].db.transaction() as tx:
        rows = await tx.fetch("select action, outcome, reference from audit_event order by seq")

    for action in ("knowledge:documents:search", "knowledge:document:ingest"):
        last = [row["outcome"] for row in rows if row["action"] == action][-2:]
        assert last == ["attempt", "done"], action
    assert [row["outcome"] for row in rows if row["action"] == "tenancy:token:exchange"][:2] == [
        "attempt",
        "done",
    ]
