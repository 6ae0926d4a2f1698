"""What an admin is shown: whole lines, harmless, within Slack's limits, in plain words."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.webapi.blockkit import problems_in
from core.agents.ready_roster import ready_roster
from core.audit.chain.how_far import Extent
from core.audit.model import AuditEvent, LogFilter
from core.isolation.model import Proof
from core.lifecycle.model import DATA_CLASSES, Kept
from core.lifecycle.privacy.review_data import DataReview
from handlers.blocks.oversight import privacy
from handlers.blocks.oversight.actions import ACTION_WORDS
from handlers.blocks.oversight.audit import SHOWN, audit_page
from handlers.blocks.oversight.isolation import isolation_page
from handlers.blocks.rendered import MOST_TEXT, moment

AT = datetime(2026, 11, 24, 15, 30, 7, tzinfo=UTC)
ROSTER = ready_roster()
EXTENT = Extent(4_321, 3, AT)
HOSTILE = "<!channel>`*_~<@U0HFEFLIPE>\n\u202e@here & [x](javascript:1) " * 5


def event(seq=1, **changes):
    row = {
        "seq": seq,
        "at": AT,
        "action": "knowledge:documents:search",
        "actor": "U0HFEFLIPE",
        "outcome": "done",
        "reference": "abc123",
        "arguments": "",
        "detail": {"agent": "support"},
    }
    return AuditEvent(**(row | changes))


def test_every_documented_action_has_plain_words_and_no_other():
    page = (Path(__file__).parents[3] / "docs" / "audit-actions.md").read_text("utf-8")

    assert sorted(re.findall(r"^\| `([a-z_]+:[a-z_]+:[a-z_]+)` \|", page, re.MULTILINE)) == sorted(
        ACTION_WORDS
    )


def test_a_row_says_when_who_what_how_it_went_and_where_to_look():
    text = audit_page([event()], LogFilter(), ROSTER, EXTENT).text

    assert "<@U0HFEFLIPE>: searching the documents (" in text
    assert "*done*" in text
    assert "`knowledge:documents:search`" in text
    assert "ref `abc123`" in text
    assert "4,321 rows" in text
    assert "covers all but the newest 3" in text


def test_twenty_rows_are_shown_and_the_21st_says_there_are_more():
    events = [event(seq) for seq in range(SHOWN + 1)]
    page = audit_page(events, LogFilter(), ROSTER, EXTENT)

    assert page.text.count("• ") == SHOWN
    assert "the newest 20, there are older ones" in page.text
    assert "older ones" not in audit_page(events[:-1], LogFilter(), ROSTER, EXTENT).text


def test_hostile_rows_call_nobody_break_no_line_and_fit_slack():
    row = event(actor=HOSTILE, action=HOSTILE, outcome=HOSTILE, reference=HOSTILE)
    planted = AuditEvent(**{**_fields(row), "detail": {"agent": HOSTILE, "x": HOSTILE}})
    page = audit_page([planted] * SHOWN, LogFilter(action="a`b"), ROSTER, EXTENT)

    assert problems_in(page.blocks) == []
    assert not re.search(r"<[!@#](?!date\^)", page.text)
    assert "\u202e" not in page.text
    assert len(re.findall(r"^• ", page.text, re.MULTILINE)) == SHOWN
    assert all(line.count("`") % 2 == 0 for line in page.text.splitlines())
    assert all(len(block.get("text", {}).get("text", "")) <= MOST_TEXT for block in page.blocks)


def test_no_row_and_no_log_are_said():
    assert "no row fits" in audit_page([], LogFilter(person="U0X00000"), ROSTER, EXTENT).text
    assert "The log is empty" in audit_page([], LogFilter(), ROSTER, Extent(0, 0, None)).text
    assert "none is under a signed" in audit_page([], LogFilter(), ROSTER, Extent(1, 1, None)).text


@pytest.mark.parametrize("passed", [True, False, None])
def test_each_result_of_a_proof_says_what_it_means_and_what_to_do(passed):
    proof = None if passed is None else Proof(AT, passed, 20, 16, 48, 51_234, 0 if passed else 7)
    page = isolation_page(proof)

    assert problems_in(page.blocks) == []
    assert "aegis isolation prove" in page.text
    assert ("FAILED" in page.text) is (passed is False)
    assert ("none came through" in page.text) is (passed is True)


def test_every_class_of_data_is_shown_with_its_amount():
    kept = [Kept(each.name, None, False, each.words) for each in DATA_CLASSES]
    names = ("turns", "messages", "people", "audit", "documents", "memories", "events")
    counts = dict.fromkeys((*names, "credentials"), 1)
    page = privacy.privacy_page(DataReview(kept, counts))

    assert problems_in(page.blocks) == []
    assert page.text.count("kept *for ever*") == len(DATA_CLASSES)
    assert "1 person," in page.text
    assert ": ," not in page.text


def test_what_erasing_means_depends_on_the_grace():
    later = privacy.erasing_explained("T1", 30, 35)
    at_once = privacy.erasing_explained("T1", 0, 35)

    assert problems_in(later.blocks) == problems_in(at_once.blocks) == []
    assert "aegis tenants thaw T1" in later.text
    assert "no time in which to stop it" in at_once.text
    assert "aegis tenants thaw T1" in privacy.erasing_begun("T1", AT, "ref").text


def test_a_time_is_the_readers_own_and_utc_where_it_cannot_be():
    assert moment(AT + timedelta(0)) == (
        "<!date^1795534207^{date_short_pretty}, {time}|24 Nov 2026, 15:30 UTC>"
    )


def _fields(row):
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
