"""Where a chain first does not hold: rows in, a flaw out."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.audit.chain.link import hash_of
from core.audit.chain.walk import Walk, missing_tail
from core.audit.model import FIRST_PREVIOUS, ChainedEvent

TENANT = "0" * 32
BEGAN = datetime(2026, 11, 24, tzinfo=UTC)


def chain(count, first=1, previous=FIRST_PREVIOUS):
    for seq in range(first, first + count):
        bare = ChainedEvent(
            seq, BEGAN + timedelta(seconds=seq), "a:b:c", "U1", "done", "r", "", "{}", previous, ""
        )
        event = replace(bare, hash=hash_of(TENANT, bare))
        previous = event.hash
        yield event


def walk(events, base_seq=0, base_hash=FIRST_PREVIOUS):
    way = Walk(TENANT, base_seq, base_hash)
    return next((flaw for event in events if (flaw := way.step(event))), None), way


def test_a_whole_chain_is_walked_to_its_end():
    events = list(chain(20))

    flaw, way = walk(events)

    assert flaw is None
    assert (way.seq, way.hash) == (20, events[-1].hash)


def test_it_may_begin_where_retention_has_cut():
    events = list(chain(20))

    assert walk(events[7:], 7, events[6].hash)[0] is None
    assert walk(events[7:], 7, events[5].hash)[0].kind == "altered"
    assert walk(events[8:], 7, events[6].hash)[0].seq == 8


def test_whatever_is_done_to_one_row_is_found_at_that_row():
    """A hundred random changes; the seed is in the name of none, because it never matters."""
    chance = random.Random(3)
    for _ in range(100):
        events = list(chain(12))
        place = chance.randrange(12)
        field = chance.choice(["action", "actor", "reference", "detail", "arguments", "outcome"])
        text = getattr(events[place], field)
        at = chance.randrange(len(text) + 1)
        changed = text[:at] + chance.choice("xyz\n=") + text[at:]
        events[place] = replace(events[place], **{field: changed})

        flaw, _ = walk(events)

        assert (flaw.kind, flaw.seq) == ("altered", place + 1)


def test_a_row_in_another_place_is_known_by_its_hash():
    events = list(chain(12))
    events[3], events[9] = replace(events[9], seq=4), replace(events[3], seq=10)

    flaw, _ = walk(events)

    assert (flaw.kind, flaw.seq) == ("moved", 4)
    assert flaw.words == "row 4 was moved: it was written as row 10"


@pytest.mark.parametrize(("gone", "words"), [([5], "row 5 is"), ([5, 6, 7], "rows 5 to 7 are")])
def test_what_is_missing_is_named(gone, words):
    flaw, _ = walk(event for event in chain(12) if event.seq not in gone)

    assert (flaw.kind, flaw.seq) == ("missing", 5)
    assert flaw.words.startswith(f"{words} missing: ")


def test_a_row_that_stands_twice_is_found():
    events = list(chain(5))

    assert walk([*events[:3], events[2], *events[3:]])[0].seq == 3


def test_a_row_of_another_tenant_is_none_of_this_chain():
    assert walk([replace(event) for event in chain(3)])[0] is None
    assert Walk("f" * 32, 0, FIRST_PREVIOUS).step(next(chain(1))).seq == 1


def test_a_tail_is_missing_from_the_row_after_the_last():
    assert missing_tail(7, 8, "why").words == "row 8 is missing at the end of the log: why"
    assert missing_tail(7, 9, "why").words == "rows 8 to 9 are missing at the end of the log: why"
