"""Which sentence is quoted: of a follow-up, by meaning, and by what is asked for."""

import pytest

from core.gateway.model import Passage
from core.gateway.providers.offline.expected import expected
from core.gateway.providers.offline.quotes import best_quotes, to_compare

STIPEND = Passage(
    1, "Handbook", 5, "Bike stipend", "The bike stipend is 900 euros every three years."
)
CLAIMS = Passage(2, "Handbook", 6, "Receipts", "Claims sent by the 20th are paid back that month.")


def test_a_question_that_leans_on_the_one_before_is_read_with_it():
    quotes = best_quotes(
        "How often can I claim it?", [STIPEND, CLAIMS], "What is the bike stipend?"
    )

    assert quotes[0].number == 1


def test_a_question_of_its_own_is_not_pulled_back_to_the_one_before():
    question = "When are claims for receipts paid back each month?"
    quotes = best_quotes(question, [STIPEND, CLAIMS], "What is the bike stipend?")

    assert quotes[0].number == 2


CARD = Passage(1, "Handbook", 6, "Expenses", "Money on the card is for the company.", score=0.9)
ALLOWANCE = Passage(2, "Handbook", 5, "Benefits", "You get 900 euros in money.", score=0.8)


def test_what_comes_closer_in_meaning_is_quoted_first():
    question = "Is there money from the company?"
    assert best_quotes(question, [CARD, ALLOWANCE])[0].number == 1

    said = dict(zip(to_compare([CARD, ALLOWANCE]), (0.1, 0.9), strict=True))
    assert list(said) == [
        "Expenses: Money on the card is for the company.",
        "Benefits: You get 900 euros in money.",
    ]
    assert best_quotes(question, [CARD, ALLOWANCE], closeness=said)[0].number == 2


def test_what_was_not_compared_counts_by_its_words():
    assert best_quotes("Money of the company", [CARD], closeness={})[0].number == 1


@pytest.mark.parametrize(
    ("question", "text", "has_it"),
    [
        ("How long can I return it?", "Show the order number.", False),
        ("How long can I return it?", "Within 30 days.", True),
        ("When do you open?", "You may come in.", False),
        ("When do you open?", "In May.", True),
        ("when is it", "At 9:15", True),
        ("How many people work here?", "Everybody works here.", False),
        ("How many people work here?", "Nineteen or 19.", True),
        ("how much is it", "Coffee is free.", True),
        ("Who works here?", "Anna.", True),
        ("", "", True),
    ],
)
def test_what_a_question_asks_for_is_told_by_how_it_begins(question, text, has_it):
    assert expected(question)(text) is has_it
