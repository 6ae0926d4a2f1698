"""The words after `/aegis kb search`: where to look, in plain words, and what to look for."""

from datetime import UTC, datetime, timedelta

import pytest

from core.kernel.errors import Invalid
from core.knowledge.model import EVERYWHERE, Within
from handlers.knowledge.filters import EXAMPLES, NAMES, Sought, read_search

DAY = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "words", "document", "within"),
    [
        ("hotel limit", "hotel limit", "", {}),
        ("hotel document:Travel.md limit", "hotel limit", "Travel.md", {}),
        ("hotel Document:3", "hotel", "3", {}),
        ('document:"Travel guide.md" hotel', "hotel", "Travel guide.md", {}),
        ("document: “Travel guide.md” hotel", "hotel", "Travel guide.md", {}),
        ("document:„Reise, kurz“ hotel", "hotel", "Reise, kurz", {}),
        ("document:«Guide de voyage» hotel", "hotel", "Guide de voyage", {}),
        ("document:guide.md (http://guide.md) hotel", "hotel", "guide.md", {}),
        ('document:"guide.md (http://guide.md)" hotel', "hotel", "guide.md", {}),
        ("in:HR/ hotel", "hotel", "", {"title_start": "HR/"}),
        ('hotel in:"HR rules/"', "hotel", "", {"title_start": "HR rules/"}),
        ("since:2026-01-31 hotel", "hotel", "", {"added_from": DAY}),
        ("hotel before:2026-01-31", "hotel", "", {"added_before": DAY}),
        (
            "in:HR/ since:2026-01-31 before:2026-02-01 hotel",
            "hotel",
            "",
            {
                "title_start": "HR/",
                "added_from": DAY,
                "added_before": DAY + timedelta(days=1),
            },
        ),
    ],
)
def test_what_is_sought_and_where(typed, words, document, within):
    assert read_search(typed) == Sought(words, document, Within(**within))


@pytest.mark.parametrize(
    "typed",
    [
        "note: what is a hotel?",
        "meeting at 10:30",
        "https://intranet/travel",
        "file:///etc/hosts",
        "job title: engineer",
        "min:3 win:4 id:5",
        "built-in:yes",
        "who wrote “in:”",
    ],
)
def test_other_words_with_a_colon_are_words(typed):
    assert read_search(typed) == Sought(typed, "", EVERYWHERE)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "/aegis kb search parental leave"),
        ("in:HR/", "/aegis kb search parental leave"),
        ("hotel folder:HR", EXAMPLES["in"]),
        ("hotel until:2026-06-30", "that day itself is left out"),
        ("hotel from:2026-06-30", EXAMPLES["since"]),
        ("hotel title:Handbook", EXAMPLES["document"]),
        ("hotel docment:Handbook", EXAMPLES["document"]),
        ("hotel sinse:2026-06-30", EXAMPLES["since"]),
        ("hotel in:", EXAMPLES["in"]),
        ('hotel document:""', EXAMPLES["document"]),
        ('hotel document:"Travel guide.md', "quotation mark"),
        ("hotel since:tomorrow", "2026-11-01: since:tomorrow"),
        ("hotel since:2026-02-30", "not a day that has been: since:2026-02-30"),
        ("hotel before:`<!channel>`", "before:channel"),
        ("hotel in:HR/ in:IT/", "it came twice"),
        ("hotel since:2026-02-01 before:2026-02-01", "the day of “before:” is the later"),
    ],
)
def test_a_wrong_one_is_said_to_be_wrong_with_what_would_do(typed, says):
    with pytest.raises(Invalid) as refusal:
        read_search(typed)
    assert says in str(refusal.value)
    assert "<" not in str(refusal.value)


def test_each_has_an_example_that_is_read():
    for name in NAMES:
        assert read_search(f"hotel {EXAMPLES[name]}").narrowed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("in:„“" * 2_000, "a quotation mark without its other one"),
        ("x" * 8_000, None),
        ("document:" * 800, "Say what to search for"),
        ("„" * 8_000, None),
    ],
    ids=["marks", "one word", "filters", "one mark"],
)
def test_hostile_text_is_read_at_once(typed, said):
    """Of as many letters as a command may have: a search for a pattern must not go through them again
    from each (the test has a time limit, as every one has)."""
    if said is None:
        assert read_search(typed) == Sought(typed, "", EVERYWHERE)
    else:
        with pytest.raises(Invalid, match=said):
            read_search(typed)
