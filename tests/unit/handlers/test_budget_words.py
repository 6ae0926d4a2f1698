"""`/aegis budget` as it is typed: plain words, odd words, hostile words."""

from datetime import UTC, datetime

import pytest

from core.agents.ready_roster import ready_roster
from core.gateway.usage.list_usage import Left, UsagePage, Used
from core.gateway.usage.model import (
    Limit,
    Spending,
    Spent,
    amount_words,
    applying,
    ends_at,
    read_limits,
)
from core.gateway.usage.refusals import refusal_words
from core.kernel.errors import Invalid
from handlers.blocks.oversight.budget import limit_words, usage_page
from handlers.commands.budgets.wanted import Wanted, read_budget

ROSTER = ready_roster()


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("person 2 dollars a day", Wanted("person", "", 2_000_000, "dollars", "day")),
        ("tenant 100000 tokens a month", Wanted("tenant", "", 100_000, "tokens", "month")),
        ("Workspace $2.50 per day", Wanted("tenant", "", 2_500_000, "dollars", "day")),
        ("person @U0ANA 1,000 tokens daily", Wanted("person", "U0ANA", 1_000, "tokens", "day")),
        ("agent finance 1 dollar a month", Wanted("agent", "finance", 10**6, "dollars", "month")),
        ("agents 0.000001 dollars each day", Wanted("agent", "", 1, "dollars", "day")),
        ("tenant 20k tokens monthly", Wanted("tenant", "", 20_000, "tokens", "month")),
        ("agent finance", Wanted("agent", "finance")),
    ],
)
def test_plain_words_are_understood(typed, wanted):
    assert read_budget(tuple(typed.split()), ROSTER) == wanted


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "everything 2 dollars a day",
        "person bob 2 dollars a day",
        "agent nobody-here 2 dollars a day",
        "tenant 2 3 dollars a day",
        "tenant 1.5 tokens a day",
        "tenant ٢ dollars a day",
        "tenant -5 dollars a day",
        "tenant 1e9 dollars a day",
        "tenant <!channel> dollars a day",
        "tenant " + "9" * 4_000 + " tokens a day",
        "tenant " + "x " * 500,
    ],
)
def test_other_words_get_help_and_no_limit(typed):
    with pytest.raises(Invalid) as help_:
        read_budget(tuple(typed.split()), ROSTER)

    assert len(str(help_.value)) < 200
    assert "<!" not in str(help_.value)


def test_one_with_a_name_stands_in_place_of_the_one_for_each():
    each, ana = Limit("person", "tokens", "day", 5), Limit("person", "tokens", "day", 9, "U1")

    assert applying((each, ana), "U1", "x") == (ana,)
    assert applying((ana, each), "U1", "x") == (ana,)
    assert applying((ana, each), "U2", "x") == (each,)


@pytest.mark.parametrize(
    "budgets", [None, 5, [5], [{}], [{"scope": "x"}], [{"scope": "tenant", "amount": True}]]
)
def test_a_profile_that_is_not_of_our_form_sets_no_limit(budgets):
    assert read_limits({"budgets": budgets}) == ()


def test_a_refusal_says_whose_what_until_when_and_whom_to_ask():
    spending = Spending(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))

    assert refusal_words(Limit("tenant", "dollars", "month", 2_000_000), spending) == (
        "The budget of this workspace is used up for this month: 2.00 dollars. It begins anew on "
        "1 January at 00:00 UTC. An admin or owner can change it with `/aegis budget`."
    )


def test_periods_end_at_midnight_and_at_the_first_in_utc():
    now = datetime(2028, 2, 29, 12, tzinfo=UTC)

    assert ends_at("day", now) == ends_at("month", now) == datetime(2028, 3, 1, tzinfo=UTC)
    assert amount_words(1, "dollars") == "0.000001 dollars"


def test_a_member_is_shown_nobody_else():
    limit = Limit("person", "tokens", "day", 500)
    page = UsagePage(datetime.now(UTC), Used(Spent(100, 5)), (Left(limit, 100),))

    text = usage_page(page, ROSTER).text

    assert "400 tokens left of 500 tokens a day (each person)" in text
    assert "workspace" not in text


def test_a_hundred_persons_fit_one_page():
    limit = Limit("person", "tokens", "day", 500, "U1")
    persons = {f"U{number}": Used() for number in range(100)}
    page = UsagePage(datetime.now(UTC), Used(), (), (limit,), Used(), persons, {"finance": Used()})

    rendered = usage_page(page, ROSTER)

    assert "… and 85 more" in rendered.text
    assert all(len(str(block)) < 3_200 for block in rendered.blocks)
    assert limit_words(limit) == "<@U1>: 500 tokens a day"
