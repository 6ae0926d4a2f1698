"""A82 and S33: whatever happens while a file is read, nothing of it is left on the disk."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from core.kernel.errors import Invalid, Unavailable
from core.knowledge.reading import child_process
from core.knowledge.reading.child_process import Died, ReadingChild
from core.knowledge.reading.limited_reader import LimitedReader
from tests.attacks.uploads import hostile

ROOT = Path(__file__).resolve().parents[3]
SLOW = b"<html>" + b"<" * 4_900_000
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, to be looked into."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_behind(folder: Path, pid: int | str = "self") -> list[str]:
    """What lies in *folder*, and what of it a process still holds open."""
    found = [path.name for path in folder.iterdir()]
    for link in Path(f"/proc/{pid}/fd").iterdir() if Path("/proc").is_dir() else ():
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if target.startswith(str(folder)):
            found.append(target)
    return found


def children() -> set[str]:
    """The processes that this one has started and that still are."""
    found: set[str] = set()
    for thread in Path("/proc/self/task").iterdir() if Path("/proc").is_dir() else ():
        with suppress(FileNotFoundError):  # a thread that has just ended
            found.update((thread / "children").read_text("ascii").split())
    return found


async def read_well(reader: LimitedReader) -> None:
    await reader.read(hostile.word(), "a.docx")


async def be_refused(reader: LimitedReader) -> None:
    with pytest.raises(Invalid):
        await reader.read(hostile.two_gigabytes(), "a.docx")


async def take_too_long(reader: LimitedReader) -> None:
    with pytest.raises(Invalid, match="too long"):
        await LimitedReader(wall_seconds=0.3).read(SLOW, "a.html")


async def be_abandoned(reader: LimitedReader) -> None:
    """Whoever waits goes away in the middle."""
    reading = asyncio.create_task(reader.read(SLOW, "a.html"))
    await asyncio.wait({reading}, timeout=0.3)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def crash(reader: LimitedReader) -> None:
    child = await ReadingChild.start()
    reading = asyncio.create_task(child.read(SLOW, ".html"))
    await asyncio.wait({reading}, timeout=0.2)
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(Died):
        await reading
    await child.end()


@pytest.mark.parametrize("ending", [read_well, be_refused, take_too_long, be_abandoned, crash])
async def test_a82_nothing_is_left_when_it(ending, scratch):
    others = children()
    await ending(LimitedReader())
    assert left_behind(scratch) == []
    assert children() <= others


async def test_a82_a_file_of_a_batch_is_gone_before_the_next_is_read(scratch):
    child = await ReadingChild.start()
    try:
        await child.read(b"first", ".txt")
        assert child._file.seek(0, os.SEEK_END) == 0
        assert [path.name for path in scratch.iterdir()] == []
    finally:
        await child.end()
    assert left_behind(scratch) == []


async def test_a82_a_full_disk_is_said_and_nothing_is_left(scratch, monkeypatch, caplog):
    """The kernel's own error, from a file that may not grow."""
    full = "/dev/full"

    def no_room(**_: object) -> object:
        return open(full, "r+b", buffering=0)

    monkeypatch.setattr(child_process.tempfile, "TemporaryFile", no_room)
    with pytest.raises(Unavailable, match="no room on this machine"):
        await LimitedReader().read(b"hello", "a.txt")
    assert left_behind(scratch) == []
    assert "No space left on device" in caplog.text


PROGRAM = """
import asyncio, sys
from core.knowledge.reading.child_process import ReadingChild

async def main():
    child = await ReadingChild.start()
    reading = asyncio.create_task(child.read(b"<html>" + b"<" * 4_900_000, ".html"))
    await asyncio.wait({reading}, timeout=1)
    print(child.pid, flush=True)
    await reading

asyncio.run(main())
"""


@on_linux
def test_a82_kill_9_of_the_service_ends_the_reading_and_leaves_nothing(tmp_path):
    service = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
    )
    assert service.stdout is not None
    child = int(service.stdout.readline())
    watched = os.pidfd_open(child)
    try:
        held = left_behind(tmp_path, service.pid)
        assert held, "the file that is being read"
        assert all(name.endswith("(deleted)") for name in held), "without a name"
        service.kill()
        service.wait()
        assert select.select([watched], [], [], 60)[0], "the reading process goes on"
    finally:
        os.close(watched)
        service.stdout.close()
    assert list(tmp_path.iterdir()) == []


def test_a_reading_process_whose_service_is_gone_before_it_began_ends_at_once():
    program = (
        "import os; from core.knowledge.reading.confinement.confine import confine\n"
        "confine(os.getppid() + 1)"
    )
    environment = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    assert done.returncode == 1
