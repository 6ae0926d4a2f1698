"""Questions that ask for the same are one thing that the documents lack."""

from datetime import UTC, datetime

from core.conversations.gaps.model import Gap, lacks

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def gaps(*questions):
    return [Gap(str(number), question, "pia", NOW) for number, question in enumerate(questions)]


def test_those_with_the_same_telling_words_are_together_and_what_is_asked_most_comes_first():
    found = lacks(
        gaps(
            "Where is the printer?",
            "what's the wifi password",
            "How do I get the wifi password?",
            "wifi password please",
        )
    )
    assert [[gap.turn_id for gap in lack.gaps] for lack in found] == [["1", "2", "3"], ["0"]]


def test_what_says_nothing_in_words_stands_alone():
    assert len(lacks(gaps("?", "??", "印刷機はどこ", "is it so"))) == 4
