"""F16: there is no room to read a file. It is said, nothing is left, and everybody else goes on."""

import resource
import tempfile
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from core.knowledge.reading.limited_reader import LimitedReader
from tests.small_disk import small_file_system
from tests.stage import spoken

ROOM = 200_000  # bytes
LARGE = b"The zeppelin lands on Tuesday at the old mast. " * 12_000  # nearly three times that
NO_ROOM = "There is no room on this machine to read files just now. Send it again later."


@contextmanager
def files_that_may_not_grow(folder: Path):
    """The kernel says EFBIG, wherever they lie."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("full", [partial(small_file_system, size=ROOM), files_that_may_not_grow])
async def test_f16_a_full_disk_is_said_and_hurts_nobody_else(stage, tmp_path, monkeypatch, full):
    (tmp_path / "large.txt").write_bytes(LARGE)
    (tmp_path / "small.txt").write_bytes(b"The van key hangs beside the door.")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    await stage.add_document("harbor", "Office.md", "# Office\n\nThe office opens at eight.\n")
    with ExitStack() as while_full:
        while_full.enter_context(full(scratch))
        monkeypatch.setattr(tempfile, "tempdir", str(scratch))
        lines = await stage.play(
            """
            - {workspace: northwind, person: ana, in: dm, upload: large.txt}
            - {workspace: northwind, person: ben, in: dm, upload: small.txt}
            - {workspace: harbor, person: dora, in: dm, say: "When does the office open?"}
            """
        )
        assert list(scratch.iterdir()) == []

    told = spoken(lines)
    assert f"I could not read *large.txt*. {NO_ROOM}" in told
    assert "I have read *small.txt*" in told
    assert "opens at eight" in told
    async with stage.tenants["northwind"].db.transaction() as tx:
        ends = await tx.fetch(
            "select outcome, detail from audit_event where action = 'knowledge:document:ingest'"
            " and outcome <> 'attempt' order by seq"
        )
        assert await tx.fetchval("select count(*) from document") == 1
    assert sorted(row["outcome"] for row in ends) == ["done", "failed"]
    assert "Unavailable" in next(row["detail"] for row in ends if row["outcome"] == "failed")


async def test_f16_when_there_is_room_again_the_same_reader_reads_on(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    reader = LimitedReader()
    async with reader.batch() as batch:
        with files_that_may_not_grow(tmp_path), pytest.raises(Exception, match="no room"):
            await batch.read(LARGE, "a.txt")
        assert (await batch.read(b"Still here.", "a.txt")).parts[0].text == "Still here."
    assert list(tmp_path.iterdir()) == []
