"""What a person wrote, freed of Slack's markup and of what the eye cannot see."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers.hearing import LEFT_OUT, LONGEST_QUESTION, fitted, plain


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("<@U0BOT> what is up?", "what is up?"),
        ("<@U0BOT|aegis>: hi <@U123>", ": hi @U123"),
        ("see <https://a.example/x|the page> &amp; go", "see the page (https://a.example/x) & go"),
        ("<https://a.example>", "https://a.example"),
        ("in <#C12|general> and <!subteam^S1|@team> &lt;b&gt;", "in #general (C12) and @team <b>"),
        ("<!channel> wake up", "channel wake up"),
        ("a\u200bb\u202ec\U000e0041d\x00e", "abcde"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_markup_becomes_words(text, heard):
    assert plain(text, "U0BOT") == heard


@given(some.text(max_size=500))
def test_nothing_a_person_writes_makes_it_fail_or_leaves_a_nul(text):
    heard = plain(text, "U0BOT")

    assert "\x00" not in heard


def test_of_a_question_that_is_too_long_beginning_and_end_are_kept():
    text, left_out = fitted("Dear AEGIS, " + "x" * 100_000 + " Who approves that?")

    assert len(text) <= LONGEST_QUESTION
    assert text.startswith("Dear AEGIS, x")
    assert text.endswith("x Who approves that?")
    assert left_out == 100_031 - (len(text) - len(LEFT_OUT))


def test_a_question_of_the_greatest_length_is_kept_whole():
    assert fitted("x" * LONGEST_QUESTION) == ("x" * LONGEST_QUESTION, 0)
