"""The hash of a row, against rows that PostgreSQL made (migrations/shared/0003_walls.sql)."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.audit.chain.link import hash_of, netstring, stamp
from core.audit.model import FIRST_PREVIOUS, ChainedEvent

TENANT = "0123456789abcdef0123456789abcdef"
FIRST = ChainedEvent(
    seq=1,
    at=datetime(2026, 11, 24, 0, 30, 0, 1, UTC),
    action="knowledge:documents:search",
    actor="U1",
    outcome="attempt",
    reference="a1b2",
    arguments="",
    detail='{"agent":"nora"}',
    previous=FIRST_PREVIOUS,
    hash="5f84221e4eb950435df243442c3b9ba1ad3c03cc8ce0d4d0babfdd3757e966f0",
)
SECOND = ChainedEvent(
    seq=2,
    at=datetime(2026, 11, 24, 2, 30, tzinfo=timezone(timedelta(hours=2))),
    action="knowledge:documents:search",
    actor="Zoë ❤ 😀",
    outcome="done",
    reference="5:1,",
    arguments="f" * 64,
    detail='{"found": 3}',
    previous=FIRST.hash,
    hash="0e71674cfb912b0a51dc11efb5c92f92c4f85dd927f97bd5732674603f95d48d",
)


@pytest.mark.parametrize("event", [FIRST, SECOND])
def test_the_hash_is_the_one_the_database_makes(event):
    assert hash_of(TENANT, event) == event.hash


def test_a_netstring_says_how_many_bytes_it_has():
    assert netstring("") == b"0:,"
    assert netstring("hello world!") == b"12:hello world!,"
    assert netstring("é,") == "3:é,,".encode()


def test_a_time_is_written_in_utc_with_six_digits():
    assert stamp(SECOND.at) == "2026-11-24T00:30:00.000000Z"


def test_every_field_counts_and_so_does_the_tenant():
    for field in fields(ChainedEvent):
        if field.name == "hash":
            continue
        value = getattr(FIRST, field.name)
        other = value + (
            "x"
            if isinstance(value, str)
            else timedelta(microseconds=1)
            if field.name == "at"
            else 1
        )
        assert hash_of(TENANT, replace(FIRST, **{field.name: other})) != FIRST.hash, field.name
    assert hash_of(TENANT[::-1], FIRST) != FIRST.hash


def test_text_that_moves_from_one_field_to_the_next_is_another_row():
    moved = replace(FIRST, actor="U", outcome="1attempt")

    assert hash_of(TENANT, moved) != FIRST.hash


@pytest.mark.parametrize("field", ["at", "actor", "detail"])
def test_a_row_that_lacks_a_value_fits_no_hash(field):
    assert hash_of(TENANT, replace(FIRST, **{field: None})) == ""
