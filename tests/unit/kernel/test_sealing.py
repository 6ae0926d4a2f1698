"""Sealed values open with the right key at the right place, and in no other case."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.kernel.errors import DomainError
from core.kernel.sealing import (
    CannotOpen,
    ReloadingSealer,
    Sealer,
    key_id_of,
    master_sealer,
    new_key,
)
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


def test_what_an_older_key_sealed_opens_and_the_first_key_seals():
    old, new = new_key(), new_key()
    before, during = Sealer(old), Sealer(new, old)

    assert during.open(before.seal(b"x", "row"), "row") == b"x"
    assert Sealer(new).open(during.seal(b"x", "row"), "row") == b"x"
    assert during.key_ids == (key_id_of(new), key_id_of(old))
    assert (during.key_id, before.key_id) == (key_id_of(new), key_id_of(old))
    with pytest.raises(CannotOpen):
        before.open(during.seal(b"x", "row"), "row")


@given(order=some.permutations(range(4)), seals=some.integers(min_value=0, max_value=3))
def test_the_order_of_older_keys_does_not_matter_for_opening(order, seals):
    keys = [bytes([number]) * 32 for number in range(4)]
    sealed = Sealer(keys[seals]).seal(b"x", "row")

    assert Sealer(*(keys[number] for number in order)).open(sealed, "row") == b"x"


def test_an_older_key_does_not_open_what_belongs_elsewhere():
    old, new = new_key(), new_key()

    with pytest.raises(CannotOpen):
        Sealer(new, old).open(Sealer(old).seal(b"x", "row"), "other row")


def test_a_key_that_is_given_twice_is_one_key():
    key = new_key()

    assert Sealer(key, key).key_ids == (key_id_of(key),)


@pytest.mark.parametrize("keys", [(b"x" * 31,), (b"x" * 32, b"x" * 33), (b"x" * 32, b"")])
def test_a_key_of_another_length_is_refused(keys):
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(*keys)


def test_a_sealer_knows_which_keys_it_has_and_its_text_forms_show_none():
    key, other = new_key(), new_key()
    sealer = Sealer(key)

    assert sealer.knows(key_id_of(key))
    assert not sealer.knows(key_id_of(other))
    assert not sealer.knows("")
    assert repr(key)[2:-1] not in repr(sealer)
    assert key.hex() not in key_id_of(key)


def test_a_hundred_thousand_nonces_are_all_different():
    sealer = Sealer(new_key())
    nonces = {sealer.seal(b"")[1:13] for _ in range(100_000)}

    assert len(nonces) == 100_000


class Files:
    """Stands for the state directory: keys that another process changes."""

    def __init__(self, *keys):
        self.keys, self.broken = keys, False

    def __call__(self):
        if self.broken:
            raise DomainError("damaged")
        return [Secret(base64.b64encode(key).decode()) for key in self.keys]


def test_a_running_process_meets_a_new_master_key_without_a_restart():
    old, new = new_key(), new_key()
    files = Files(old)
    running = ReloadingSealer(files)
    sealed_before = running.seal(b"x", "row")

    files.keys = (new, old)
    assert running.open(Sealer(new).seal(b"y", "row"), "row") == b"y"
    files.keys = (new,)
    assert running.open(sealed_before, "row") == b"x", "fetched before the rotation ended"
    assert running.key_id == key_id_of(new)
    assert Sealer(new).open(running.seal(b"z", "row"), "row") == b"z"


def test_it_never_seals_with_a_key_that_was_replaced():
    old, new = new_key(), new_key()
    files = Files(old)
    running = ReloadingSealer(files)
    files.keys = (new, old)

    assert Sealer(new).open(running.seal(b"x")) == b"x"


def test_it_looks_up_a_key_id_that_it_does_not_know():
    old, new = new_key(), new_key()
    files = Files(old)
    running = ReloadingSealer(files)
    files.keys = (new, old)

    assert running.knows(key_id_of(new))
    assert not running.knows(key_id_of(new_key()))


def test_keys_that_cannot_be_read_again_leave_those_that_are_known(caplog):
    key = new_key()
    files = Files(key)
    running = ReloadingSealer(files)
    files.broken = True

    assert running.open(running.seal(b"x")) == b"x"
    with pytest.raises(CannotOpen):
        running.open(Sealer(new_key()).seal(b"x"))
    assert "cannot be read again" in caplog.text
