"""What the company sets and an agent's own make together, and what cannot be set."""

import pytest

from core.agents.policies.model import (
    NOTHING_SET,
    ToolRules,
    ToolSetting,
    both,
    company_rules,
    policy_of,
    problems_of,
    rules_in,
)
from core.gateway.approvals.model import ApprovalRule
from core.gateway.tools.model import Tool

ADMIN, TWO = ApprovalRule("admin"), ApprovalRule("two")


def tool(name="post", **options):
    return Tool(name, "", {"type": "object"}, options.pop("effect", "writes"), None, **options)


@pytest.mark.parametrize(
    ("company", "own", "holds"),
    [
        (None, None, "ask"),
        (None, "allow", "allow"),
        ("allow", None, "allow"),
        ("ask", "allow", "ask"),
        ("allow", "ask", "ask"),
        ("never", "allow", "never"),
        ("allow", "never", "never"),
    ],
)
def test_an_agents_own_rule_makes_the_companys_stricter_and_never_looser(company, own, holds):
    def rules(rule):
        return ToolRules({"post": rule} if rule else {})

    assert policy_of(rules(company), rules(own)).rule(tool()) == holds


def test_who_says_yes_for_all_holds_besides_who_says_it_for_one():
    company, own = ToolRules(approvals={"post": TWO}), ToolRules(approvals={"post": ADMIN})
    approval = policy_of(company, own).approval(tool(), {})

    assert approval.needed == 2
    assert not approval.may_approve("U1", requester="U1", is_admin=False)
    assert both(company, NOTHING_SET).approvals["post"] == TWO


@pytest.mark.parametrize(
    "body",
    [
        '{"policies": {"post": "maybe"}}',
        '{"policies": ["post"]}',
        '{"approvals": {"post": {"approvers": "everybody"}}}',
        '{"approvals": {"post": "two"}}',
        "[1]",
    ],
)
def test_what_cannot_be_read_leaves_no_agent_any_tool(body):
    found = company_rules(body)

    assert not found.is_readable
    assert not policy_of(found, NOTHING_SET).has(tool())
    assert not policy_of(found, ToolRules({"post": "allow"})).has(tool())


def test_other_things_in_a_companys_profile_are_no_rules():
    assert company_rules('{"instructions": "Be kind.", "budgets": []}') == NOTHING_SET


def test_what_is_set_is_kept_and_read_again():
    rules = NOTHING_SET.with_("post", ToolSetting("ask", TWO)).with_("find", ToolSetting("never"))

    assert rules_in(rules.to_body()) == rules
    assert rules.with_("post", ToolSetting()) == ToolRules({"find": "never"})


@pytest.mark.parametrize(
    ("setting", "of", "field"),
    [
        (ToolSetting("allow"), {"always_asks": True}, "rule"),
        (ToolSetting("ask", TWO), {"approval_of": lambda a: ADMIN}, "approvers"),
        (ToolSetting("ask", ApprovalRule("group")), {}, "persons"),
        (ToolSetting("ask", ApprovalRule("group", ("everybody",))), {}, "persons"),
        (
            ToolSetting("ask", ApprovalRule("group", tuple(map("U{:03}".format, range(51))))),
            {},
            "persons",
        ),
    ],
)
def test_what_cannot_be_set(setting, of, field):
    assert set(problems_of(setting, tool(**of))) == {field}


def test_what_always_asks_can_be_set_to_ask_or_never():
    for rule in (None, "ask", "never"):
        assert not problems_of(ToolSetting(rule), tool(always_asks=True))
