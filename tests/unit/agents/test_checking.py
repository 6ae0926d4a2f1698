"""What a profile must be like: words for each field that is wrong."""

import pytest

from core.agents.checking import (
    LONGEST_COMPANY,
    LONGEST_INSTRUCTIONS,
    MOST_AGENTS,
    clashes,
    problem_with_company,
    problems_of,
    tidy,
)
from core.agents.model import Roster
from core.agents.profile import NEW, from_body, to_body
from core.agents.ready_roster import ready_roster

GOOD = {
    **NEW,
    "name": "Zoë",
    "role": "procurement",
    "icon_emoji": ":package:",
    "description": "Suppliers, tenders and what we buy.",
    "instructions": "You know our suppliers and answer shortly.",
}


@pytest.mark.parametrize("agent", ready_roster().everyone, ids=lambda agent: agent.key)
def test_the_ready_profiles_could_be_made_by_an_admin(agent):
    assert problems_of(to_body(agent)) == {}
    assert clashes(to_body(agent), agent.key, ready_roster(), []) == {}


def test_a_good_profile_has_no_problem():
    assert problems_of(GOOD) == {}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "2 to 30 characters"),
        ("name", "Z" * 31, "2 to 30 characters"),
        ("name", "Zo\u200be", "nobody can see"),
        ("name", "Zoe\u202e", "nobody can see"),
        ("name", "<@U123>", "letters and digits"),
        ("name", "<!channel>", "letters and digits"),
        ("name", "*Zoe*", "letters and digits"),
        ("name", "Zoe\nAdmin", "letters and digits"),
        ("name", ":compass:", "letters and digits"),
        ("name", "Zoe  Two", "letters and digits"),
        ("name", "Admin", "taken for somebody else"),
        ("name", "The Ädmin", "taken for somebody else"),
        ("name", "ＡＤＭＩＮ", "taken for somebody else"),
        ("name", "Slackbot", "taken for somebody else"),
        ("name", "Zоe", "alphabets"),  # a Cyrillic o
        ("role", "everyone", "taken for somebody else"),
        ("role", "x" * 41, "2 to 40 characters"),
        ("icon_emoji", "🧭", ":compass:"),
        ("icon_emoji", ":compass:x", ":compass:"),
        ("description", "short", "10 to 200"),
        ("description", "x" * 201, "10 to 200"),
        ("instructions", "Be nice.", "20 to 3,000"),
        ("instructions", "x" * (LONGEST_INSTRUCTIONS + 1), "these are 3,001"),
        ("also", ["cpo", "@here"], "letters and digits"),
        ("also", [f"w{n}" for n in range(11)], "at most 10"),
        ("topics", ["x" * 61], "at most 60 topics"),
        ("topics", ["--"], "letter or a digit"),
        ("examples", ["x"] * 6, "at most 5"),
        ("tools", ["post message"], "not the name of a tool"),
        ("persons", ["ana"], "at most 50 persons"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(field, value, words):
    found = problems_of({**GOOD, field: value})

    assert list(found) == [field]
    assert words in found[field]


def test_whoever_lists_persons_must_name_one():
    assert list(problems_of({**GOOD, "open_to": "listed"})) == ["persons"]
    assert problems_of({**GOOD, "open_to": "listed", "persons": ["U0ANA0000"]}) == {}


@pytest.mark.parametrize(
    ("field", "value"), [("name", "Finn"), ("name", "FINANCE"), ("role", "hr"), ("also", ["Cfo"])]
)
def test_a_word_that_another_agent_answers_to_is_taken(field, value):
    found = clashes({**GOOD, field: value}, "new", ready_roster(), [])

    assert list(found) == [field]
    assert "answers to already" in found[field]


@pytest.mark.parametrize("person", ["Zoë", "zoe", "ZOE ", "Z.o.e"])
def test_an_agent_does_not_bear_a_person_s_name(person):
    assert "taken for a person" in clashes(GOOD, "new", ready_roster(), ["Ben", person])["name"]


def test_there_is_a_most_of_agents():
    body = {**GOOD, "also": []}
    many = [
        from_body(f"k{n}", 1, {**body, "name": f"N{n}", "role": f"r{n}"})
        for n in range(MOST_AGENTS)
    ]
    roster = Roster(tuple(many))

    assert "which is the most" in clashes(GOOD, "new", roster, [])["name"]
    assert clashes({**GOOD, "name": "N0"}, "k0", roster, []) == {}


def test_a_longer_text_loses_what_nobody_sees_and_keeps_the_rest():
    assert tidy(" a\u200b b\r\n👩\u200d🚀\U000e0041 ") == "a b\n👩\u200d🚀"


def test_what_holds_for_all_has_a_length():
    assert problem_with_company("x" * LONGEST_COMPANY) is None
    assert "3,001" in problem_with_company("x" * (LONGEST_COMPANY + 1))
