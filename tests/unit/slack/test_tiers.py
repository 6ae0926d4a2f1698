"""The pace stays within what Slack allows, for every method that the product calls."""

import tomllib
from pathlib import Path

import pytest

import bot.sandbox.webapi
from bot.slack.pacing.tiers import (
    IN_ONE_CHANNEL,
    SPECIAL,
    TIER_OF,
    TIERS,
    UNPACED,
    Rate,
    limits_of,
)

ALLOWED = {1: 1, 2: 20, 3: 50, 4: 100}


def test_a_burst_and_a_minute_of_calls_stay_within_the_tier():
    assert set(TIERS) == set(ALLOWED)
    for tier, rate in TIERS.items():
        assert rate.a_minute + rate.burst <= max(ALLOWED[tier], 2), tier


def test_all_answers_together_append_90_times_a_minute():
    assert SPECIAL["chat.appendStream"] == Rate(90, 10)


def test_the_tiers_are_those_of_the_methods_table():
    table = tomllib.loads(
        (Path(bot.sandbox.webapi.__path__[0]) / "methods.toml").read_text("utf-8")
    )
    tiers = {name: row["tier"] for name, row in table.items() if "tier" in row}
    known = {name: tier for name, tier in tiers.items() if tier in "1234"}
    ours = {name: str(tier) for name, tier in TIER_OF.items() if name in known}

    assert ours == {name: known[name] for name in ours}
    # What is not listed is called at the pace of Tier 3: no quicker than it may be.
    for name in known.keys() - ours.keys():
        assert known[name] in "34" or name in SPECIAL or name in UNPACED, name


@pytest.mark.parametrize(
    ("method", "channel", "names"),
    [
        ("chat.postMessage", "C1", ["chat.postMessage\nC1", "chat.postMessage"]),
        ("chat.postMessage", None, ["chat.postMessage"]),
        ("chat.update", "C1", ["chat.update"]),
        ("something.new", "C1", ["something.new"]),
        ("auth.test", None, []),
    ],
)
def test_a_call_counts_against_its_method_and_a_post_against_its_channel_too(
    method, channel, names
):
    assert [shared.name for shared in limits_of(method, channel)] == names
    assert set(IN_ONE_CHANNEL) == {"chat.postMessage"}
