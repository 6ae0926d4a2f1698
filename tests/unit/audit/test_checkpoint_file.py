"""Checkpoints outside the database: appended whole, and read back from whatever holds them."""

import errno
import json
import os
import stat

import pytest

from core.audit.chain.checkpoint_file import LOGGER, CheckpointFile, read_checkpoints
from core.audit.checkpoint import signed_text
from core.audit.model import CHECKPOINT_KIND
from core.kernel.sealing import new_key
from core.kernel.signing import Signer, verify

SIGNER = Signer(new_key())
TENANT = "0" * 32


def line(seq=1, tenant=TENANT, kind=CHECKPOINT_KIND):
    document = {
        "kind": kind,
        "tenant": tenant,
        "seq": seq,
        "head": "a" * 64,
        "at": "2026-11-24T00:30:00.000001Z",
    }
    signed = SIGNER.sign(document)
    return json.dumps({"text": signed.text, "signature": signed.signature, "key_id": signed.key_id})


def test_what_is_appended_is_read_back_and_its_signature_holds(tmp_path):
    file = CheckpointFile(tmp_path / "checkpoints")
    for seq in (1, 2, 3):
        file(line(seq))
    file(line(9, tenant="f" * 32))

    found = read_checkpoints([tmp_path / "checkpoints"])

    assert [one.seq for one in found.of(TENANT)] == [1, 2, 3]
    assert [one.seq for one in found.of("f" * 32)] == [9]
    assert found.unreadable == 0
    for one in found.of(TENANT):
        assert verify(signed_text(one), SIGNER.public_key, CHECKPOINT_KIND)["seq"] == one.seq


def test_only_its_owner_may_read_the_file(tmp_path):
    before = os.umask(0)
    try:
        CheckpointFile(tmp_path / "checkpoints")(line())
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "checkpoints").stat().st_mode) == 0o600


def test_a_line_that_was_cut_short_takes_no_other_with_it(tmp_path):
    path = tmp_path / "checkpoints"
    path.write_text(line(1) + "\n" + line(2)[:50])

    CheckpointFile(path)(line(3))

    found = read_checkpoints([path])
    assert [one.seq for one in found.of(TENANT)] == [1, 3]
    assert found.unreadable == 1


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path):
    path, file = tmp_path / "checkpoints", CheckpointFile(tmp_path / "checkpoints")
    file(line(1))
    path.rename(tmp_path / "old")
    file(line(2))

    found = read_checkpoints([tmp_path / "old", path])

    assert [one.seq for one in found.of(TENANT)] == [1, 2]


def test_a_link_is_not_followed(tmp_path):
    """Whoever can make links in the folder does not choose what is written to."""
    (tmp_path / "checkpoints").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError) as failed:  # noqa: PT011 - the number says which
        CheckpointFile(tmp_path / "checkpoints")(line())

    assert failed.value.errno == errno.ELOOP
    assert not (tmp_path / "elsewhere").exists()


def test_a_log_with_checkpoints_among_its_lines_will_do(tmp_path):
    path = tmp_path / "aegis.log"
    entries = [
        {"at": "x", "level": "info", "logger": "bot.worker", "message": "something else"},
        {"at": "x", "level": "info", "logger": LOGGER, "message": line(7)},
    ]
    path.write_text("\n".join(map(json.dumps, entries)))

    found = read_checkpoints([path])

    assert [one.seq for one in found.of(TENANT)] == [7]
    assert found.unreadable == 0


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        "null",
        '"x"',
        "{}",
        '{"text": 5}',
        '{"text": "[]"}',
        line(kind="erasure certificate"),
        line().replace("2026", "later"),
        line(seq="many"),
        '{"logger": "aegis.checkpoint", "message": "?"}',
    ],
)
def test_what_is_no_checkpoint_is_counted_and_passed_over(tmp_path, bad):
    path = tmp_path / "checkpoints"
    path.write_text(f"{bad}\n\n{line(2)}\n")

    found = read_checkpoints([path])

    assert (len(found.of(TENANT)), found.unreadable) == (1, 1)
