"""What is shown of agents is what Slack takes, whatever a profile says; and forms lose nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import jsonschema
import pytest
from slack_sdk.models.blocks import Block as SdkBlock

from bot.sandbox.webapi.blockkit.views import problems_of_view
from core.agents.checking import problems_of
from core.agents.model import Chooser, Roster, Version
from core.agents.profile import NEW, as_lines, from_body, to_body
from core.agents.ready_roster import ready_roster
from core.conversations.read_overview import Overview
from handlers.agents.forms import check_agent, check_company
from handlers.blocks.agents import lists
from handlers.blocks.agents.company import company_form, read_company_form
from handlers.blocks.agents.form import agent_form, read_form
from handlers.blocks.agents.home import HomePage, home_refused, home_view
from handlers.blocks.agents.saved import agent_saved, not_saved
from handlers.blocks.agents.versions import diff_page, restored, versions_page
from handlers.blocks.rendered import MOST_BLOCKS, MOST_TEXT

HOSTILE = "*<!channel>* <@U1> @here ![x](https://evil.example) `" + "x" * 140
FINN = ready_roster().find("finn")
WILD = replace(
    FINN,
    key="agent_1",
    name="Wild",
    role="wild",
    also=(),
    description=HOSTILE[:190],
    instructions=HOSTILE * 20,
    topics=(HOSTILE[:60],) * 60,
    examples=(HOSTILE,) * 5,
    tools=("post_message",),
    policies=(("post_message", "ask"), ("forget", "never"), ("search", "allow")),
    preference="strong",
    open_to="listed",
    persons=("U1",),
    is_on=False,
    version=7,
)
CROWD = Roster(
    tuple(replace(FINN, key=f"k{n}", name=f"N{n}", role=f"r{n}", also=()) for n in range(90))
)
ANA, BEN = Chooser("U0ANA", administers=True), Chooser("U0BEN", administers=False)
AT = datetime(2026, 11, 28, tzinfo=UTC)
VERSIONS = (
    *(
        Version(n, "U0ANA", AT, as_lines(to_body(replace(WILD, name=f"N{n}"))))
        for n in range(20, 0, -1)
    ),
    Version(0, "", None, as_lines(to_body(FINN))),
)
MESSAGES = {
    "list, admin": lists.agents_list(ready_roster(), for_admin=True),
    "list, many, admin": lists.agents_list(CROWD, for_admin=True),
    "list, some": lists.agents_list(ready_roster(), [FINN]),
    "page": lists.agent_page(FINN, for_admin=False),
    "page, admin": lists.agent_page(WILD, for_admin=True),
    "help": lists.agents_help(),
    "help, unknown": lists.agents_help(unknown="verions", nearest="versions"),
    "usage": lists.usage_of("off"),
    "nobody": lists.no_such_agent("finnn", "Finn", []),
    "off": lists.switched(WILD),
    "saved": agent_saved(FINN),
    "not saved": not_saved("It is taken.", agent_form(to_body(WILD), key=None, version=0)),
    "versions": versions_page("Finn", "finance", VERSIONS),
    "no versions": versions_page(HOSTILE, "company", ()),
    "diff": diff_page("Finn", 0, 1, [f"- {HOSTILE}", f"+ {HOSTILE}"] * 30),
    "no diff": diff_page("Finn", 1, 1, []),
    "restored": restored("Finn", 1, 3),
}
TOOLS = ("search_knowledge", "post_message", "remember")
FORMS = {
    "new": agent_form(NEW, key=None, version=0, tools=TOOLS),
    "edit": agent_form(to_body(FINN), key="finance", version=0),
    "wild": agent_form(to_body(WILD), key="agent_1", version=7, tools=TOOLS, banner=HOSTILE),
    "company": company_form("Be brief.", version=3),
    "company, empty": company_form("", version=0, banner="Not saved."),
}
OVERVIEW = Overview(documents=12, own=2, waiting=1)
HOMES = {
    "admin": home_view(HomePage(ready_roster(), ANA, OVERVIEW, ["*Today:* 3 of 10 USD"])),
    "member": home_view(HomePage(ready_roster(), BEN, OVERVIEW)),
    "many": home_view(HomePage(CROWD, ANA, OVERVIEW)),
    "refused": home_refused("Sorry."),
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_slack_takes_the_message(message, shared):
    schema = json.loads((shared / "contracts/slack/blocks.schema.json").read_text("utf-8"))

    assert message.text.strip()
    assert 0 < len(message.blocks) <= MOST_BLOCKS
    assert list(jsonschema.Draft7Validator(schema).iter_errors(message.blocks)) == []
    for block in message.blocks:
        assert SdkBlock.parse(block).to_dict() == block
        text = block.get("text", {}).get("text", "x")
        assert 0 < len(text) <= MOST_TEXT


@pytest.mark.parametrize("name", [name for name in MESSAGES if name != "versions"])
def test_nobody_is_pinged(name):
    """But by those who look like one: who made a version is named as a person, by Slack's own id."""
    inert = [b for b in MESSAGES[name].blocks if b["type"] != "rich_text"]
    said = MESSAGES[name].text + json.dumps(inert)

    assert not any(token in said for token in ("<!", "<@", "<#"))


def test_who_made_a_version_is_named_and_nobody_else():
    said = json.dumps(MESSAGES["versions"].blocks)

    assert said.count("<@") == said.count("<@U0ANA>") > 0
    assert "<!channel" not in said


@pytest.mark.parametrize("view", FORMS.values(), ids=FORMS.keys())
def test_slack_takes_the_form(view, shared):
    schema = json.loads((shared / "contracts/slack/view.schema.json").read_text("utf-8"))

    assert [e.message for e in jsonschema.Draft7Validator(schema).iter_errors(view)] == []
    assert problems_of_view(view) == []
    blocks = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    assert len(blocks) == len(set(blocks))


@pytest.mark.parametrize("view", HOMES.values(), ids=HOMES.keys())
def test_slack_takes_the_home(view, shared):
    schema = json.loads((shared / "contracts/slack/view.schema.json").read_text("utf-8"))

    assert [e.message for e in jsonschema.Draft7Validator(schema).iter_errors(view)] == []
    assert 0 < len(view["blocks"]) <= 100
    assert "<!" not in json.dumps(view)


def sent(form):
    """The form as Slack sends it, with nothing changed."""
    values = {}
    for block in form["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        values[block["block_id"]] = {
            element["action_id"]: {
                "type": element["type"],
                "value": element.get("initial_value"),
                "selected_option": element.get("initial_option"),
                "selected_options": element.get("initial_options", []),
                "selected_users": element.get("initial_users", []),
            }
        }
    return {"state": {"values": values}}


@pytest.mark.parametrize("agent", ready_roster().everyone, ids=lambda agent: agent.key)
def test_a_form_that_is_sent_as_it_was_opened_changes_nothing(agent):
    body = to_body(agent)

    read = read_form(sent(agent_form(body, key=agent.key, version=0, tools=TOOLS)))

    assert {**body, **read} == body


def test_what_was_picked_is_read():
    agent = replace(WILD, instructions="Look at the suppliers first.", topics=("tax",), examples=())
    body = to_body(agent)

    read = read_form(sent(agent_form(body, key="agent_1", version=7, tools=TOOLS)))

    assert {**body, **read} == body


def test_a_form_without_tools_leaves_them_as_they_are():
    read = read_form(sent(agent_form(to_body(FINN), key="finance", version=0)))

    assert not {"tools", "policies", "is_on"} & set(read)


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"state": None},
        {"state": {"values": []}},
        {"state": {"values": {"name": "x", "role": {"value": "y"}, "topics": {"value": None}}}},
        {"state": {"values": {"persons": {"value": {"selected_users": "U1"}}}}},
        {"state": {"values": {"tools": {"value": {"selected_options": [1, {}, None]}}}}},
        {"state": {"values": {"reach": {"value": {"selected_option": {"value": "everything"}}}}}},
        {"state": {"values": {"open_to": {"value": {"selected_option": {"value": []}}}}}},
    ],
)
def test_nothing_in_a_form_that_was_sent_need_be_as_it_was_asked_for(view):
    """Signed by Slack, and yet: words or nothing, and no exception at the door."""
    assert isinstance(check_agent(view), dict)
    assert isinstance(check_company(view), dict)
    body = {**NEW, **read_form(view)}
    assert isinstance(problems_of(body), dict)
    assert from_body("x", 1, body).is_on


def test_a_company_form_is_read():
    view = sent(company_form("Be\u200b brief.", version=1))

    assert read_company_form(view) == "Be brief."
    assert check_company({"state": {"values": {"instructions": {"value": {"value": "x" * 3001}}}}})


def test_what_was_typed_is_in_the_words_when_the_form_is_gone():
    said = json.dumps(MESSAGES["not saved"].blocks)

    assert "It is taken." in said
    assert "evil.example" in said


def test_the_list_of_a_member_has_no_buttons_and_no_agent_that_is_off():
    off = Roster((FINN, WILD))

    assert "button" not in json.dumps(lists.agents_list(off).blocks)
    assert "Wild" not in lists.agents_list(off).text
    assert "(off)" in lists.agents_list(off, for_admin=True).text


def test_home_shows_the_default_the_examples_and_what_counts():
    chooser = Chooser("U0BEN", administers=False, default_agent="legal")
    said = json.dumps(home_view(HomePage(ready_roster(), chooser, OVERVIEW)), ensure_ascii=False)

    assert '"initial_option": {"text": {"type": "plain_text", "text": "Lex · Legal"' in said
    assert "12 documents, 2 of them only yours" in said
    assert "Finn, how do I file an expense report?" in said
    assert "agents.edit" not in said
    assert "agents.edit" in json.dumps(HOMES["admin"])
    assert "3 of 10 USD" in json.dumps(HOMES["admin"])
