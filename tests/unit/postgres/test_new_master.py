"""A new master key in the state directory: wherever it is cut off, no key in use is lost."""

import os

import pytest

from bot.postgres.state import MASTER, OLD_MASTER, StateDirectory, StateDirectoryError


@pytest.fixture
def state(tmp_path):
    state = StateDirectory(tmp_path / "state")
    state.keys()
    return state


def test_both_keys_are_there_until_the_rotation_ends(state):
    (old,) = state.master_keys()

    assert state.begin_new_master()
    new, kept = state.master_keys()
    assert kept == old != new
    assert state.keys().master == new

    state.end_new_master()
    assert state.master_keys() == (new,)
    assert not (state.path / OLD_MASTER).exists()


def test_the_files_are_for_nobody_else(state):
    state.begin_new_master()

    modes = {path.name: path.stat().st_mode & 0o777 for path in state.path.iterdir()}
    assert modes == dict.fromkeys((MASTER, OLD_MASTER, "session.key", "signing.key"), 0o600)


def test_one_that_did_not_end_is_not_begun_a_second_time(state):
    state.begin_new_master()
    before = state.master_keys()

    assert not state.begin_new_master()
    assert state.master_keys() == before


@pytest.mark.parametrize("step", ["link", "replace", "fsync", "open"])
def test_cut_off_at_any_step_it_leaves_keys_that_open_and_goes_on(state, monkeypatch, step):
    """The n-th call of each of the steps fails, as if the machine had stopped there."""
    (old,) = state.master_keys()
    for number in range(8):
        with monkeypatch.context() as patched:
            patched.setattr(os, step, Stops(getattr(os, step), number))
            try:
                state.begin_new_master()
            except Stopped:
                finished = False
            else:
                finished = True
        assert old in state.master_keys()
        assert state.keys().master in state.master_keys()
        if finished:
            break

    if len(state.master_keys()) == 1 or len(set(state.master_keys())) == 1:
        assert state.begin_new_master()
    new, kept = state.master_keys()
    assert kept == old != new


class Stopped(Exception):
    """The machine has stopped."""


class Stops:
    """A system call that works *number* times."""

    def __init__(self, call, number):
        self.call, self.left = call, number

    def __call__(self, *given, **named):
        if not self.left:
            raise Stopped
        self.left -= 1
        return self.call(*given, **named)


def test_two_processes_do_not_change_it_at_once(state):
    with (
        state.changing_master(),
        pytest.raises(StateDirectoryError, match="Another `aegis keys rotate`"),
        state.changing_master(),
    ):
        pass
    with state.changing_master():
        pass


@pytest.mark.parametrize("name", [MASTER, OLD_MASTER])
def test_a_key_that_others_can_read_is_refused(state, name):
    state.begin_new_master()
    (state.path / name).chmod(0o644)

    with pytest.raises(StateDirectoryError, match="may read the key"):
        state.master_keys()


def test_a_master_key_that_is_not_there_is_named(state):
    (state.path / MASTER).unlink()

    with pytest.raises(StateDirectoryError, match=r"master\.key"):
        state.master_keys()
    with pytest.raises(StateDirectoryError, match=r"master\.key"):
        state.begin_new_master()
