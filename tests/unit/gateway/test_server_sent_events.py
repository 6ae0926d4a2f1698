"""The event reader gives the same events wherever the network cuts the bytes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.gateway.providers.wire.server_sent_events import EventReader, EventTooLarge

STREAM = (
    "\ufeff: ping\r\n\r\n"
    "event: message\r\ndata: größer\r\n\r\n"
    "data:two\ndata: lines\n\n"
    "id: 7\nretry: 10\n\n"
    "data\n\n"
    "data: 🚲 for all\r\rdata: [DONE]\n"
).encode()
EVENTS = ["größer", "two\nlines", "", "🚲 for all", "[DONE]"]


def read(chunks, reader=None):
    reader = reader or EventReader()
    events = [event for chunk in chunks for event in reader.feed(chunk)]
    return [event.decode() for event in [*events, *reader.finish()]]


def test_every_form_of_line_end_comment_and_field_is_read():
    assert read([STREAM]) == EVENTS


def test_one_byte_at_a_time_reads_the_same():
    assert read(bytes([byte]) for byte in STREAM) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_any_cut_reads_the_same(cuts):
    edges = [0, *sorted(cuts), len(STREAM)]

    assert read(STREAM[a:b] for a, b in pairwise(edges)) == EVENTS


def test_a_line_without_end_is_refused():
    with pytest.raises(EventTooLarge):
        read([b"data: ", b"x" * 50, b"x" * 60], EventReader(most_bytes=100))


def test_an_event_without_end_is_refused():
    with pytest.raises(EventTooLarge):
        read([b"data: " + b"x" * 40 + b"\n"] * 3, EventReader(most_bytes=100))


def test_a_long_line_in_small_pieces_is_not_gone_through_again_for_each_of_them():
    looked_at = 0

    class Counting(EventReader):
        def _lines(self, text):
            nonlocal looked_at
            looked_at += len(text)
            return super()._lines(text)

    pieces = [b"data: ", *[b"x" * 10] * 10_000, b"\n\n"]

    assert read(pieces, Counting()) == ["x" * 100_000]
    assert looked_at < 3 * 100_000
