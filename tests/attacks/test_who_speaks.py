"""Bots, outsiders and guests: who speaks decides, whatever way they come (A16, A17, A19)."""

import asyncio
from typing import Any

import pytest

from core.knowledge.ingest_document import ingest_document
from tests.attacks.whoever import ASK, REFUSED, SECRET, Whoever

TURN_ASK, COMMAND = "conversations:turn:ask", "conversations:command:run"


BOTS: dict[str, dict[str, Any]] = {
    "bot_id": {"bot_id": "B0RELAY"},
    "bot_profile": {"bot_profile": {"id": "B0RELAY", "name": "Relay"}},
    "subtype": {"subtype": "bot_message", "username": "Relay"},
    "only its record says so": {},
}


@pytest.mark.parametrize("disguise", BOTS)
async def test_a16_two_bots_facing_each_other_stop_within_three_turns(whoever: Whoever, disguise):
    """A person asks; a second bot answers each of our messages by asking us again. We never reply
    to it, so there is one turn, and three would be the most."""
    relay = "U0RELAYBOT"
    whoever.records[relay] = {"is_bot": True}
    await whoever.mentioned_by(whoever.id_of("ben"), ts="1700000001.000001")
    heard = 0
    for number in range(6):
        now = len(whoever.said())
        if now == heard:
            break
        heard = now
        for kind in ("message", "app_mention"):
            event = {"type": kind, "ts": f"170000000{number + 2}.000001"}
            event["thread_ts"] = "1700000001.000001"
            await whoever.mentioned_by(relay, **event, **BOTS[disguise])

    turns = await whoever.rows("select person_id from turn")
    assert turns == [whoever.id_of("ben")]
    assert len(whoever.said()) == 1


OURS_AND_OTHERS: dict[str, dict[str, Any]] = {
    "our own, marked": {"user": "OURS", "bot_id": "B0OURS"},
    "our own, unmarked": {"user": "OURS"},
    "Slackbot": {"user": "USLACKBOT"},
    "a workflow": {"user": "U0WORKFLOW"},
    "nobody": {"user": None},
    "an empty id": {"user": ""},
    "edited": {"subtype": "message_changed", "message": {"text": ASK, "user": "U1"}},
    "deleted": {"subtype": "message_deleted", "deleted_ts": "1.2"},
    "joined": {"subtype": "channel_join"},
}


@pytest.mark.parametrize("place", ["dm", "channel"])
@pytest.mark.parametrize("which", OURS_AND_OTHERS)
async def test_a16_what_no_person_says_has_no_reply(whoever: Whoever, which, place):
    """Our own words, other bots', edits, deletions, joins, and what nobody is named for: silence,
    not even a refusal that would start a loop."""
    whoever.records["U0WORKFLOW"] = {"is_workflow_bot": True}
    inner = {"user": whoever.id_of("ben")} | OURS_AND_OTHERS[which]
    if inner["user"] == "OURS":
        inner["user"] = whoever.door.workspace["bot_user_id"]
    if place == "dm":
        await whoever.hear(inner)
    else:
        await whoever.mentioned_by(**inner)
        await whoever.mentioned_by(**inner | {"type": "app_mention"})

    assert whoever.said() == []
    assert await whoever.untouched()


async def test_a17_an_outsider_in_a_shared_channel_is_refused_and_nothing_is_looked_up(
    whoever: Whoever,
):
    """Slack Connect: a polite refusal that only they see; no search, no prompt, no tool call."""
    shared = {"channel": whoever.channel("with-copper-kettle"), "team": "TCOPPERKET"}
    shared |= {"user_team": "TCOPPERKET", "ts": "1700000009.000001"}
    for kind in ("app_mention", "message"):
        await whoever.mentioned_by(whoever.id_of("olga"), type=kind, **shared)

    assert [text.startswith("Sorry, I only answer people") for text in whoever.said()] == [True]
    assert await whoever.refusals(TURN_ASK) == ["outsider"]
    assert await whoever.untouched()


async def test_a17_what_the_event_says_of_their_team_lets_no_outsider_in(whoever: Whoever):
    """The payload names our own team for them; Slack's record names another. The record counts."""
    ours = whoever.door.workspace["id"]
    await whoever.mentioned_by(whoever.id_of("olga"), user_team=ours, team=ours, source_team=ours)

    assert await whoever.refusals(TURN_ASK) == ["outsider"]
    assert await whoever.untouched()


@pytest.mark.parametrize("kind", REFUSED)
async def test_a19_who_may_not_ask_gets_nothing_by_a_message(whoever: Whoever, kind):
    """Guest, stranger, deactivated: denied in a direct message and in a channel; each refusal is a
    row of the log."""
    record, standing = REFUSED[kind]
    whoever.records["U0WHOEVER"] = record
    await whoever.hear({"user": "U0WHOEVER"})
    await whoever.mentioned_by("U0WHOEVER")

    assert await whoever.refusals(TURN_ASK) == [standing, standing]
    assert not any(SECRET in text for text in whoever.said())
    assert await whoever.untouched()


@pytest.mark.parametrize("text", [f"/ask {ASK}", "/aegis kb", "/aegis audit", "/aegis privacy"])
@pytest.mark.parametrize("kind", REFUSED)
async def test_a19_who_may_not_ask_gets_nothing_by_a_command(whoever: Whoever, kind, text):
    """The same check before every command: no list, no answer, a row."""
    record, standing = REFUSED[kind]
    whoever.records[whoever.id_of("ben")] = record
    await whoever.act("command", "ben", "#general", text)
    async with asyncio.timeout(20):
        while not whoever.said():  # noqa: ASYNC110 - what is awaited is seen in Slack
            await asyncio.sleep(0.02)

    assert await whoever.refusals(COMMAND) == [standing]
    assert all(text.startswith("Sorry") for text in whoever.said())
    assert await whoever.untouched()


@pytest.mark.parametrize("kind", [*REFUSED, "no id", "no user"])
async def test_a19_who_may_not_ask_gets_nothing_by_a_button(whoever: Whoever, kind):
    """A button outlives the rights of whoever it was shown to: their own file stays as it was."""
    stage = whoever.door.stage
    ingested = await ingest_document(
        stage.tenants["northwind"],
        stage.product.services.reader,
        None,
        title="diary.md",
        content=b"The zeppelin lands on Tuesday.",
        added_by="U0WHOEVER",
        scope="person",
        reference="test",
    )
    record, standing = REFUSED.get(kind, ({}, "outsider"))
    whoever.records["U0WHOEVER"] = record
    users = {"no id": {"username": "ana"}, "no user": {}}
    user = users.get(kind, {"id": "U0WHOEVER", "team_id": whoever.door.workspace["id"]})
    await whoever.press_share(user, ingested.document.document_id)

    assert await whoever.refusals("conversations:button:press") == [standing]
    assert await whoever.rows("select scope from document where title = 'diary.md'") == ["person"]


@pytest.mark.parametrize("kind", [*REFUSED, "no id"])
async def test_a19_who_may_not_ask_cannot_stop_an_answer(whoever: Whoever, kind):
    """Stop is an act too: held to the same check, and a row."""
    record, standing = REFUSED.get(kind, ({}, "outsider"))
    whoever.records["U0WHOEVER"] = record
    user = "" if kind == "no id" else "U0WHOEVER"
    await whoever.hear({"type": "agent_session_stopped", "user": user, "thread_ts": "1700000001.1"})

    assert await whoever.refusals("conversations:turn:stop") == [standing]
