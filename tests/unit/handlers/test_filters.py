"""The words after `/aegis audit`: any order, plain words, and nothing hostile gets through."""

from datetime import UTC, datetime, timedelta

import pytest

from core.agents.ready_roster import ready_roster
from core.audit.model import LogFilter
from handlers.blocks.oversight.audit import not_a_filter
from handlers.commands.filters import LONGEST_TYPED, MOST_WORDS, Unreadable, read_filter, shown

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
ROSTER = ready_roster()


def read(typed):
    return read_filter(typed, person_id="U0ME00000", roster=ROSTER, now=NOW)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", {}),
        ("agent:mara", {"agent": ROSTER.find("mara").key}),
        ("Agent:MARA", {"agent": ROSTER.find("mara").key}),
        ("agent: mara", {"agent": ROSTER.find("mara").key}),
        ("agent:chief of staff today", {"agent": "chief_of_staff", "since": MIDNIGHT}),
        ("mara", {"agent": ROSTER.find("mara").key}),
        ("person:@U0HFEFLIPE", {"person": "U0HFEFLIPE"}),
        ("person:U0HFEFLIPE", {"person": "U0HFEFLIPE"}),
        ("person:me", {"person": "U0ME00000"}),
        ("person:operator", {"person": "operator"}),
        ("@U0HFEFLIPE", {"person": "U0HFEFLIPE"}),
        ("action:knowledge", {"action": "knowledge"}),
        ("action:knowledge:document:share", {"action": "knowledge:document:share"}),
        ("action:Knowledge:", {"action": "knowledge"}),
        ("since:7d", {"since": NOW - timedelta(days=7)}),
        ("24h", {"since": NOW - timedelta(hours=24)}),
        ("since:2w", {"since": NOW - timedelta(weeks=2)}),
        ("since:2026-11-01", {"since": datetime(2026, 11, 1, tzinfo=UTC)}),
        ("today", {"since": MIDNIGHT}),
        ("since:yesterday", {"since": MIDNIGHT - timedelta(days=1)}),
        (
            "since:today action:audit person:me",
            {"since": MIDNIGHT, "action": "audit", "person": "U0ME00000"},
        ),
    ],
)
def test_words_become_a_filter(typed, wanted):
    assert read(typed) == LogFilter(**wanted)


@pytest.mark.parametrize(
    "typed",
    [
        "colour:red",
        "hello",
        "agent:nobody",
        "agent:",
        "person:@ana",
        "person:u0hfeflipe",
        "person:U0HFEFLIPE'--",
        "action:knowledge;drop",
        "action:a:b:c:d",
        "action:%",
        "since:tomorrow",
        "since:2027-01-01",
        "since:2026-13-45",
        "since:0d",
        "since:99999d",
        "since:99999w",
        "since:٧d",
        "since:２０２６-11-01",
        "since:7d today",
        "agent:mara mara",
        "\u202eadot",
        "\x00",
        "x" * (LONGEST_TYPED + 1),
        "a " * (MOST_WORDS + 1),
        "agent:" + "a" * 250,
        "`<!channel>` *x*",
    ],
)
def test_what_is_no_filter_is_refused_in_harmless_words(typed):
    with pytest.raises(Unreadable) as refusal:
        read(typed)

    page = not_a_filter(str(refusal.value), refusal.value.about)
    assert "since:" in page.text
    assert "<!" not in page.text
    assert all(letter >= " " or letter == "\n" for letter in page.text)
    assert page.text.count("`") % 2 == 0
    assert len(page.text) < 1_200


def test_a_near_miss_is_guessed():
    with pytest.raises(Unreadable, match="did you mean `person"):
        read("persn:me")


@pytest.mark.parametrize("typed", ["`x`", "<!here>", "a\nb", "\u202e", "é" * 9])
def test_what_is_shown_again_is_plain_and_short(typed):
    assert not set(shown(typed)) & set("`<>\n\u202e é")
    assert len(shown("a" * 500)) == 40
