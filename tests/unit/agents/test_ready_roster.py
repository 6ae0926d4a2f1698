"""Every workspace starts with eight whole agents."""

import re

import pytest

from core.agents.choose_agent import choose_agent
from core.agents.ready_roster import KEYS, ready_roster
from core.gateway.sections import Room

AGENTS = list(ready_roster())


def test_the_staff_is_complete_and_led_by_the_chief_of_staff():
    assert tuple(agent.key for agent in AGENTS) == KEYS
    assert ready_roster().default.role == "chief of staff"


@pytest.mark.parametrize("agent", AGENTS, ids=KEYS)
def test_a_profile_is_whole(agent):
    assert re.fullmatch(r":[a-z_]+:", agent.icon_emoji)
    assert 20 <= len(agent.description) <= 140
    assert 400 <= len(agent.instructions) <= Room().instructions
    assert len(agent.examples) == 3
    assert len(agent.topics) >= 10
    assert agent.display_name.startswith(f"{agent.name} · ")


@pytest.mark.parametrize("agent", AGENTS, ids=KEYS)
def test_its_own_examples_reach_it(agent):
    assert {choose_agent(ready_roster(), text).agent.key for text in agent.examples} == {agent.key}


@pytest.mark.parametrize("agent", AGENTS, ids=KEYS)
def test_it_is_found_by_all_its_words(agent):
    assert {ready_roster().find(word.upper()) for word in agent.words()} == {agent}


def test_nobody_is_found_by_a_stranger_s_name():
    assert ready_roster().find("nobody") is None
