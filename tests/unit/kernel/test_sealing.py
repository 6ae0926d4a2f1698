"""Sealed values open with the right key at the right place, and in no other case."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.kernel.sealing import CannotOpen, Sealer, master_sealer, new_key
from core.kernel.secret import Secret


@given(value=some.binary(max_size=200), parts=some.lists(some.text(max_size=10), max_size=4))
def test_what_was_sealed_opens_unchanged(value, parts):
    sealer = Sealer(new_key())

    assert sealer.open(sealer.seal(value, *parts), *parts) == value


@given(cut=some.integers(min_value=0, max_value=200), bit=some.integers(min_value=0, max_value=7))
def test_one_changed_bit_and_it_does_not_open(cut, bit):
    sealer = Sealer(new_key())
    sealed = bytearray(sealer.seal(b"token", "row"))
    sealed[cut % len(sealed)] ^= 1 << bit

    with pytest.raises(CannotOpen):
        sealer.open(bytes(sealed), "row")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02" + b"0" * 40, b"\x01" + b"0" * 12])
def test_what_was_never_sealed_does_not_open(sealed):
    with pytest.raises(CannotOpen):
        Sealer(new_key()).open(sealed)


def test_where_a_part_ends_matters():
    sealer = Sealer(new_key())

    with pytest.raises(CannotOpen):
        sealer.open(sealer.seal(b"x", "ab", "c"), "a", "bc")


def test_two_seals_of_one_value_differ():
    sealer = Sealer(new_key())

    assert sealer.seal(b"x") != sealer.seal(b"x")


def test_a_key_has_32_bytes_in_base64():
    encoded = base64.b64encode(new_key()).decode()

    assert master_sealer(Secret(encoded)).key_id == master_sealer(Secret(encoded)).key_id
    for wrong in ("", "short", base64.b64encode(b"x" * 31).decode(), encoded + "!"):
        with pytest.raises(ValueError, match=r"."):
            master_sealer(Secret(wrong))
