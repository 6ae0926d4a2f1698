"""How often a running turn looks whether it is stopped: less often, where a look takes long."""

import pytest

from core.conversations.turns.speak import LOOKS_PER_SWITCH, pause_after

SWITCH_SECONDS = 5.0  # that an agent is switched off is noticed within


@pytest.mark.parametrize(
    ("look", "pause"), [(0.0, 0.4), (0.005, 0.4), (0.03, 0.6), (0.05, 1.0), (3.0, 1.0)]
)
def test_a_turn_spends_a_twentieth_of_its_time_on_looking(look, pause):
    assert pause_after(look) == pytest.approx(pause)


@pytest.mark.parametrize("look", [0.0, 0.02, 0.05, 0.2])
def test_an_agent_that_is_switched_off_falls_silent_in_time(look):
    assert LOOKS_PER_SWITCH * (look + pause_after(look)) < SWITCH_SECONDS
