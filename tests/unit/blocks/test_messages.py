"""Every message the product says is one Slack takes, in both its forms."""

import json
from dataclasses import replace

import jsonschema
import pytest
from slack_sdk.models.blocks import Block as SdkBlock

from core.agents.model import Roster
from core.agents.ready_roster import ready_roster
from core.conversations.model import Source
from handlers.blocks.agents import agents_list
from handlers.blocks.answers.sources import source_blocks, source_text
from handlers.blocks.help import COMMANDS, DISCLAIMER, help_page, unknown_subcommand
from handlers.blocks.knowledge import (
    file_elsewhere,
    file_forgotten,
    file_not_read,
    file_read,
    file_shared,
)
from handlers.blocks.refusals import explained, gave_up, nothing_asked, refused, unknown_workspace
from handlers.blocks.rendered import MOST_BLOCKS, MOST_TEXT, Rendered

HOSTILE = "*<!channel>* <@U1> @here\n`" + "x" * 500
CROWD = Roster(
    tuple(
        replace(ready_roster().default, key=f"k{n}", name=f"N{n}", role=f"r{n}", also=())
        for n in range(90)
    )
)
SOURCES = (
    Source(1, "Employee handbook", 3, "Leave › Parental leave"),
    Source(2, "Travel rules", None, ""),
)
MANY_SOURCES = tuple(Source(n, HOSTILE, n, HOSTILE) for n in range(200))

MESSAGES: dict[str, Rendered] = {
    "help": help_page(ready_roster()),
    "help, many agents": help_page(CROWD),
    "agents": agents_list(ready_roster()),
    "agents, many": agents_list(CROWD),
    "unknown": unknown_subcommand("hlep`<!here>", "help"),
    "unknown, nothing near": unknown_subcommand("```", None),
    "file read": file_read("a" * 32, "Plan.pdf", pages=3),
    "file known": file_read("a" * 32, HOSTILE, pages=None, is_new=False),
    "file, a new version": file_read("a" * 32, "Plan.pdf", pages=3, replaces=True),
    "file in a channel": file_elsewhere(),
    "file not read": file_not_read(HOSTILE, HOSTILE * 20),
    "file shared": file_shared("Plan"),
    "file forgotten": file_forgotten(""),
    "guest": refused("guest"),
    "outsider": refused("outsider"),
    "nobody we know": refused("gone"),
    "unknown workspace": unknown_workspace(),
    "nothing asked": nothing_asked(),
    "explained": explained(HOSTILE),
    "gave up": gave_up("0a1b2c3d"),
    "sources": Rendered("x", source_blocks(SOURCES)),
    "sources, many": Rendered("x", source_blocks(MANY_SOURCES)),
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_slack_takes_the_message(message):
    assert message.text.strip()
    assert 0 < len(message.blocks) <= MOST_BLOCKS
    for block in message.blocks:
        assert SdkBlock.parse(block).to_dict() == block
        for text in _texts(block):
            assert 0 < len(text) <= MOST_TEXT
    for block in message.blocks:
        assert len(block.get("elements", [])) <= (10 if block["type"] == "context" else 25)


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_the_message_keeps_to_slacks_schema(message, shared):
    schema = json.loads((shared / "contracts/slack/blocks.schema.json").read_text("utf-8"))

    found = jsonschema.Draft7Validator(schema).iter_errors(message.blocks)

    assert [error.message for error in found] == []


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_nobody_is_pinged(message):
    said = message.text + json.dumps(message.blocks)

    assert not any(token in said for token in ("<!", "<@", "<#"))


def _texts(block):
    parts = [block.get("text"), *block.get("elements", [])]
    return [part["text"] for part in parts if part and isinstance(part.get("text"), str)]


def test_sources_name_document_page_and_heading():
    [block] = source_blocks(SOURCES)

    assert block["elements"][0]["text"] == (
        "*Sources*\n[1] *Employee handbook*, page 3 · Leave › Parental leave\n[2] *Travel rules*"
    )
    assert source_text(SOURCES) == (
        "Sources\n[1] Employee handbook, page 3 · Leave › Parental leave\n[2] Travel rules"
    )


def test_without_sources_nothing_is_listed():
    assert source_blocks(()) == []
    assert source_text(()) == ""


def test_help_names_every_agent_and_says_that_agents_can_be_wrong():
    text = help_page(ready_roster()).text

    assert all(agent.name in text and agent.role in text for agent in ready_roster())
    assert DISCLAIMER in text
    assert COMMANDS in text


def test_the_buttons_under_a_file_carry_its_document():
    *_, actions = file_read("d" * 32, "Plan", pages=1).blocks

    pressed = {one["action_id"]: one.get("value") for one in actions["elements"]}
    assert pressed == {
        "knowledge.keep": "d" * 32,
        "knowledge.channel": None,
        "knowledge.share": "d" * 32,
        "knowledge.forget": "d" * 32,
    }
    assert actions["block_id"] == f"knowledge.channel:{'d' * 32}"  # of the menu, which has no value


def test_sharing_with_everyone_is_asked_about_first_and_nothing_else_is():
    """docs.slack.dev, confirmation dialog object: a title of at most 100 characters, a text of 300,
    buttons of 30."""
    *_, actions = file_read("d" * 32, HOSTILE, pages=1).blocks

    asked = {one["action_id"]: one["confirm"] for one in actions["elements"] if "confirm" in one}
    assert list(asked) == ["knowledge.share"]
    confirm = asked["knowledge.share"]
    assert {part["type"] for part in confirm.values()} == {"plain_text"}
    said = {name: part["text"] for name, part in confirm.items()}
    longest = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
    assert said.keys() == longest.keys()
    assert all(0 < len(said[name]) <= most for name, most in longest.items())
    assert "Everyone in the workspace will get answers from it" in said["text"]
    assert "only an admin can delete it then" in said["text"]


def test_a_reference_stands_in_the_apology():
    assert "`0a1b2c3d`" in gave_up("0a1b2c3d").text


def test_an_unknown_word_is_met_with_the_nearest():
    assert unknown_subcommand("hlep", "help").text == (
        "I do not know `/aegis hlep`. Did you mean `/aegis help`?"
    )
