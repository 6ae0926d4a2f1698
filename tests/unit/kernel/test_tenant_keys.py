"""A tenant's keys: wrapped for one tenant, unwrapped whole or not at all, rotated step by step."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.kernel.ids import TenantId, new_id
from core.kernel.sealing import CannotOpen, Sealer, key_id_of, new_key
from core.kernel.tenant_keys import TenantKeys

MASTER = Sealer(b"m" * 32)
OURS = TenantId("0" * 32)
key = some.binary(min_size=32, max_size=32)
rings = some.builds(
    TenantKeys,
    digest=key,
    data=some.lists(key, min_size=1, max_size=4, unique=True).map(tuple),
    coming=some.none() | key,
)


@given(keys=rings)
def test_what_was_wrapped_is_unwrapped_unchanged(keys):
    assert TenantKeys.unwrap(MASTER, keys.wrap(MASTER, OURS), OURS) == keys


def test_keys_do_not_open_for_another_tenant_or_with_another_master_key():
    wrapped = TenantKeys.new().wrap(MASTER, OURS)

    with pytest.raises(CannotOpen):
        TenantKeys.unwrap(MASTER, wrapped, TenantId(new_id()))
    with pytest.raises(CannotOpen):
        TenantKeys.unwrap(Sealer(new_key()), wrapped, OURS)


def test_a_wrapped_key_is_no_sealed_token_and_a_sealed_token_no_wrapped_key():
    wrapped = TenantKeys.new().wrap(MASTER, OURS)

    with pytest.raises(CannotOpen):
        MASTER.open(wrapped, OURS, "workspace", "slack")
    with pytest.raises(CannotOpen):
        TenantKeys.unwrap(MASTER, MASTER.seal(b"x" * 32, OURS, "workspace", "slack"), OURS)


def test_a_shredded_key_opens_nothing():
    with pytest.raises(CannotOpen):
        TenantKeys.unwrap(MASTER, b"", OURS)


@given(content=some.binary(max_size=140).filter(lambda content: len(content) != 32))
def test_what_is_no_ring_is_refused_or_read_whole(content):
    """Only a master key could have made it; but a newer program's layout is not guessed at."""
    wrapped = MASTER.seal(content, OURS, "data key")
    fits = (
        content[:1] in (b"\x02", b"\x03")
        and len(content) % 32 == 1
        and len(content) >= (65 if content[:1] == b"\x02" else 97)
    )
    try:
        keys = TenantKeys.unwrap(MASTER, wrapped, OURS)
    except CannotOpen:
        assert not fits
    else:
        assert fits
        assert {len(one) for one in (keys.digest, *keys.data)} == {32}


def test_a_key_from_before_there_was_a_digest_key_keeps_opening_and_gets_a_lasting_one():
    old = b"k" * 32
    first = TenantKeys.unwrap(MASTER, MASTER.seal(old, OURS, "data key"), OURS)
    again = TenantKeys.unwrap(MASTER, MASTER.seal(old, OURS, "data key"), OURS)

    assert first == again
    assert first.data == (old,)
    assert first.digest != old
    rewrapped = TenantKeys.unwrap(MASTER, first.wrap(MASTER, OURS), OURS)
    assert rewrapped == first


@given(keys=rings)
def test_at_every_step_of_a_rotation_what_was_sealed_a_step_earlier_or_later_opens(keys):
    start = TenantKeys(keys.digest, keys.data[:1])
    steps = [start, start.with_coming()]
    steps += [steps[-1].promoted()]
    steps += [steps[-1].retired()]

    for before, after in itertools.pairwise(steps):
        sealed = after.sealer().seal(b"x", "row")
        if after is not steps[-1]:
            assert before.sealer().open(sealed, "row") == b"x"
            assert after.sealer().open(before.sealer().seal(b"x", "row"), "row") == b"x"
    assert [one.sealer().key_id == start.sealer().key_id for one in steps] == [
        True,
        True,
        False,
        False,
    ]
    assert {one.digest for one in steps} == {keys.digest}
    assert len(steps[-1].data) == 1


def test_each_step_done_twice_is_done_once():
    coming = TenantKeys.new().with_coming()
    promoted = coming.promoted()

    assert coming.with_coming() == coming
    assert promoted.with_coming() == promoted
    assert promoted.promoted() == promoted
    assert promoted.retired().retired() == promoted.retired()
    assert promoted.retired().with_coming() != promoted.retired(), "a new rotation may begin"


def test_the_coming_key_opens_and_does_not_seal():
    keys = TenantKeys.new().with_coming()

    assert keys.coming is not None
    assert keys.sealer().key_id == key_id_of(keys.data[0])
    assert keys.sealer().open(Sealer(keys.coming).seal(b"x")) == b"x"


def test_no_text_form_shows_a_key():
    keys = TenantKeys.new().with_coming()

    for one in (keys.digest, *keys.data, keys.coming or b""):
        assert repr(one)[2:-1] not in f"{keys!r} {keys}"
