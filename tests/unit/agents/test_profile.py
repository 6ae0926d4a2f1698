"""A profile is kept whole, and two versions of it can be read side by side."""

import json
from dataclasses import replace

import pytest

from core.agents.model import Chooser
from core.agents.profile import as_lines, differences, from_body, to_body
from core.agents.ready_roster import ready_roster

FINN = replace(
    ready_roster().find("finn"),
    tools=("search_knowledge", "post_message"),
    policies=(("post_message", "ask"), ("search_knowledge", "allow")),
    reach="workspace",
    preference="strong",
    open_to="listed",
    persons=("U1",),
    is_on=False,
    version=3,
)


@pytest.mark.parametrize("agent", [FINN, *ready_roster().everyone], ids=lambda a: a.key)
def test_a_body_and_its_agent_are_the_same(agent):
    kept = json.loads(json.dumps(to_body(agent)))

    assert from_body(agent.key, agent.version, kept) == agent


@pytest.mark.parametrize(
    "change",
    [
        {"name": None},
        {"topics": "tax"},
        {"topics": [1]},
        {"policies": ["ask"]},
        {"policies": {"x": "perhaps"}},
        {"reach": "everything"},
        {"preference": "best"},
        {"open_to": ["U1"]},
    ],
)
def test_a_body_that_is_none_is_not_read(change):
    with pytest.raises((TypeError, ValueError)):
        from_body("finance", 1, {**to_body(FINN), **change})


def test_a_body_of_an_earlier_product_has_what_was_not_thought_of_then():
    few = (
        "name",
        "role",
        "icon_emoji",
        "description",
        "instructions",
        "also",
        "topics",
        "examples",
    )
    agent = from_body("finance", 1, {name: to_body(FINN)[name] for name in few})

    assert (agent.tools, agent.policies, agent.reach, agent.is_on) == (None, (), "all", True)


def test_lines_say_field_and_value():
    lines = as_lines(to_body(FINN))

    assert lines[:3] == ("Name: Finn", "Role: finance", "Icon: :bar_chart:")
    assert "Topic: budget" in lines
    assert "Policy: post_message: ask" in lines
    assert "Switched on: no" in lines


def test_a_difference_is_what_went_and_what_came():
    before = to_body(ready_roster().find("finn"))
    after = {**before, "name": "Fina", "topics": before["topics"][1:], "preference": "fast"}

    assert differences(as_lines(before), as_lines(after)) == (
        "- Name: Finn",
        "+ Name: Fina",
        "- Topic: budget",
        "- Model: as it comes",
        "+ Model: fast",
    )
    assert differences(as_lines(before), as_lines(before)) == ()


@pytest.mark.parametrize(
    ("open_to", "person", "admin", "open_"),
    [
        ("everyone", "U9", False, True),
        ("admins", "U9", False, False),
        ("admins", "U9", True, True),
        ("listed", "U1", False, True),
        ("listed", "U9", False, False),
        ("listed", "U9", True, True),
    ],
)
def test_who_may_ask(open_to, person, admin, open_):
    assert replace(FINN, open_to=open_to).is_open_to(Chooser(person, admin)) is open_


def test_a_tool_is_used_if_it_is_given_and_no_policy_says_never():
    agent = replace(FINN, policies=(("post_message", "never"), ("forget", "allow")))

    assert agent.may_use("search_knowledge")
    assert not agent.may_use("post_message")
    assert not agent.may_use("forget")
    assert replace(agent, tools=None).may_use("forget")
