"""What an admin reads of policies, and the form: who may say yes in words, and all within bounds."""

import json

import pytest

from core.agents.model import Roster
from core.agents.policies.model import NOTHING_SET, ToolRules, ToolSetting
from core.agents.ready_roster import ready_roster
from core.gateway.approvals.model import WHOEVER_ASKED, ApprovalRule
from core.gateway.tools.model import Tool
from handlers.blocks.approvals import who_may
from handlers.blocks.policies.form import policy_form, read_persons, read_policy_form
from handlers.blocks.policies.pages import agent_policies_page, policies_page
from handlers.blocks.policies.words import what_happens
from handlers.blocks.rendered import MOST_BLOCKS, MOST_TEXT

ADMIN, TWO = ApprovalRule("admin"), ApprovalRule("two")
GROUP = ApprovalRule("group", ("UBEN", "UCHO"))
MANY = ApprovalRule("group", tuple(f"U{n:03}" for n in range(50)))
ROSTER = ready_roster()


def tool(name="post", effect="writes", **options):
    return Tool(name, "", {"type": "object"}, effect, None, **options)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (WHOEVER_ASKED, "Only whoever asked can say yes."),
        (ADMIN, "An owner or admin can say yes."),
        (TWO, "Two people have to say yes; whoever asked may be one of them."),
        (GROUP, "One of <@UBEN>, <@UCHO> can say yes."),
        (ApprovalRule("group"), "One of nobody can say yes."),
        (GROUP.joined(ADMIN), "One of <@UBEN>, <@UCHO>, as an admin can say yes."),
        (TWO.joined(ADMIN), "Two people have to say yes, each of them an owner or admin."),
        (TWO.joined(GROUP), "Two people have to say yes, each of them one of <@UBEN>, <@UCHO>."),
    ],
)
def test_who_may_say_yes_is_said_in_a_sentence(rule, words):
    assert who_may(rule) == words


def test_of_a_large_group_ten_are_named():
    assert "<@U009> and 40 more can say yes." in who_may(MANY)


def test_what_is_allowed_says_when_it_asks_all_the_same():
    allowed = ToolRules({"post": "allow"})

    assert "Used without asking. It asks all the same once" in what_happens(tool(), allowed)
    assert "nobody has named who gets it" in what_happens(tool(channels=("to",)), allowed)
    assert what_happens(tool(effect="reads"), allowed) == "Used without asking."
    assert what_happens(tool(always_asks=True), allowed).startswith("Asks each time.")


def test_many_tools_with_much_set_fit_what_slack_takes():
    tools = [tool(f"server__{'x' * 50}{n}") for n in range(100)]
    rules = ToolRules({t.name: "ask" for t in tools}, {t.name: MANY for t in tools})
    roster = Roster(ROSTER.everyone, tool_rules=rules)
    agent = ROSTER.default
    for page in (policies_page(tools, roster), agent_policies_page(tools, roster, agent, {"post"})):
        assert len(page.blocks) <= MOST_BLOCKS
        assert len(page.text) <= MOST_TEXT
        assert all(len(b["text"]["text"]) <= MOST_TEXT for b in page.blocks if "text" in b)
        assert "And 52 more." in page.text


def test_rules_that_nobody_can_read_are_said_to_be_so():
    page = policies_page([tool()], Roster(ROSTER.everyone, tool_rules=ToolRules(is_readable=False)))

    assert "no agent may use any tool" in page.text


def test_the_form_shows_what_is_set_and_reads_it_again():
    setting = ToolSetting("ask", GROUP)
    form = policy_form(tool(), ROSTER, None, setting)
    elements = {b["block_id"]: b["element"] for b in form["blocks"] if b["type"] == "input"}
    values = {
        name: {"value": {"selected_option": element.get("initial_option")}}
        for name, element in elements.items()
    }
    values["persons"]["value"] = {"selected_users": elements["persons"]["initial_users"]}

    assert read_policy_form({"state": {"values": values}}) == setting
    assert json.loads(form["private_metadata"]) == {"tool": "post", "agent": "", "version": 0}


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"state": {"values": {"rule": {"value": {"selected_option": {"value": "everything"}}}}}},
        {"state": {"values": {"rule": [], "approvers": {"value": {"selected_option": "two"}}}}},
        {"state": {"values": {"persons": {"value": {"selected_users": "U1"}}}}},
    ],
)
def test_what_the_form_did_not_offer_is_nothing(view):
    assert read_policy_form(view) == ToolSetting()
    assert read_persons(view) == ()


def test_for_one_agent_the_form_says_what_holds_for_all():
    roster = Roster(ROSTER.everyone, tool_rules=ToolRules({"post": "never"}))
    form = policy_form(tool(), roster, ROSTER.default, NOTHING_SET.of("post"))

    assert "As for all agents: never used" in json.dumps(form)
