"""The state directory: one set of keys, whoever comes first, and for nobody else's eyes."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.postgres.state import StateDirectory, StateDirectoryError

ROOT = Path(__file__).resolve().parents[3]
TELL_KEYS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from bot.postgres.state import StateDirectory
keys = StateDirectory(Path(sys.argv[2])).keys()
sys.stdout.write(" ".join(key.reveal() for key in (keys.master, keys.session, keys.signing)))
"""


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_it_is_made_closed_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        state = StateDirectory(tmp_path / "deep" / "state")
        state.keys()
    finally:
        os.umask(before)

    assert mode(state.path) == 0o700
    assert {path.name: mode(path) for path in state.path.iterdir()} == {
        "master.key": 0o600,
        "session.key": 0o600,
        "signing.key": 0o600,
    }


def test_an_umask_that_takes_everything_does_not_lock_us_out(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        StateDirectory(tmp_path / "state").keys()
    finally:
        os.umask(before)

    assert mode(tmp_path / "state" / "master.key") == 0o600


def test_keys_are_32_different_bytes_and_stay_the_same(tmp_path: Path) -> None:
    keys = StateDirectory(tmp_path / "state").keys()
    raw = [base64.b64decode(k.reveal()) for k in (keys.master, keys.session, keys.signing)]

    assert [len(key) for key in raw] == [32, 32, 32]
    assert len(set(raw)) == 3
    assert Ed25519PrivateKey.from_private_bytes(raw[2]).private_bytes_raw() == raw[2]
    assert StateDirectory(tmp_path / "state").keys() == keys
    assert keys.master.reveal() not in repr(keys)


def test_processes_that_race_get_the_same_keys(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TELL_KEYS, str(ROOT), str(tmp_path / "state")]
    racers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]

    said = {racer.communicate(timeout=60)[0] for racer in racers}

    assert len(said) == 1
    assert len(said.pop().split()) == 3
    assert len(list((tmp_path / "state").iterdir())) == 3


@pytest.mark.parametrize("rights", [0o640, 0o604, 0o666])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, rights: int) -> None:
    state = StateDirectory(tmp_path / "state")
    state.keys()
    (state.path / "session.key").chmod(rights)

    with pytest.raises(StateDirectoryError, match=r"session\.key") as told:
        state.keys()
    assert "chmod 600" in told.value.fix


@pytest.mark.parametrize("content", [b"", b"short", b"AAAA", b"\xff" * 44, b"A" * 43 + b"!"])
def test_a_damaged_key_is_refused_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    state = StateDirectory(tmp_path / "state")
    state.keys()
    (state.path / "master.key").write_bytes(content)

    with pytest.raises(StateDirectoryError, match="damaged"):
        state.keys()
    assert (state.path / "master.key").read_bytes() == content


def test_a_link_or_a_pipe_in_the_place_of_a_key_is_refused(tmp_path: Path) -> None:
    state = StateDirectory(tmp_path / "state")
    state.make()
    (state.path / "master.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StateDirectoryError, match=r"master\.key"):
        state.keys()

    (state.path / "master.key").unlink()
    os.mkfifo(state.path / "master.key", 0o600)
    with pytest.raises(StateDirectoryError):
        state.keys()


def test_an_empty_folder_is_closed_and_a_used_one_keeps_its_mode(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    empty.chmod(0o755)
    used = tmp_path / "used"
    used.mkdir()
    used.chmod(0o755)
    (used / "letter").touch()

    assert mode(StateDirectory(empty).make()) == 0o700
    assert mode(StateDirectory(used).make()) == 0o755


def test_a_folder_others_can_write_to_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "letter").touch()
    folder.chmod(0o777)

    with pytest.raises(StateDirectoryError, match="may change the state directory"):
        StateDirectory(folder).keys()


def test_a_file_in_the_place_of_the_directory_is_explained(tmp_path: Path) -> None:
    (tmp_path / "state").touch()

    with pytest.raises(StateDirectoryError, match="cannot be used"):
        StateDirectory(tmp_path / "state").make()
