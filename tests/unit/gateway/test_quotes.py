"""Quotes of a follow-up: what was asked before says what "it" is."""

from core.gateway.model import Passage
from core.gateway.providers.offline.quotes import best_quotes

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
