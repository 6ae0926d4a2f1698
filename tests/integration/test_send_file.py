"""A file for one person: sent once, and gone from this machine however it ends."""

import asyncio
import tempfile
from pathlib import Path

import pytest

from core.conversations.ports import CannotSend
from core.conversations.send_file import Sending, send_file

SENDING = Sending("D1", "archive.zip", "Title", "Words")


class Shelf:
    """A FileSink that keeps what it is given; `breaks` is raised after it took the file."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, bytes]] = []
        self.breaks: BaseException | None = None

    async def send(self, context, channel, path, *, title, words):
        self.kept.append((path.name, path.read_bytes()))
        if self.breaks:
            raise self.breaks

    async def find_sent(self, context, channel, *, name):
        return any(kept == name for kept, _ in self.kept)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


async def write(path: Path) -> None:
    assert path.parent.stat().st_mode & 0o777 == 0o700
    await asyncio.to_thread(path.write_bytes, b"content")


async def test_it_is_made_and_sent_once_and_nothing_stays(context, folder):
    shelf = Shelf()

    sent = [await send_file(context, shelf, SENDING, write, key="k") for _ in range(3)]

    assert sent == [True, False, False]
    assert shelf.kept == [("archive.zip", b"content")]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("error", [CannotSend("no"), asyncio.CancelledError(), OSError("full")])
async def test_a_try_that_broke_off_is_looked_for_before_another(context, folder, error):
    shelf = Shelf()
    shelf.breaks = error

    with pytest.raises(type(error)):
        await send_file(context, shelf, SENDING, write, key="k")
    assert list(folder.iterdir()) == []

    shelf.breaks = None
    assert not await send_file(context, shelf, SENDING, write, key="k")
    assert len(shelf.kept) == 1


async def test_a_try_that_never_reached_slack_is_made_again(context, folder):
    shelf = Shelf()

    async def fail(path: Path) -> None:
        await write(path)
        raise CannotSend("not made")

    with pytest.raises(CannotSend):
        await send_file(context, shelf, SENDING, fail, key="k")
    assert list(folder.iterdir()) == []
    assert await send_file(context, shelf, SENDING, write, key="k")


async def test_what_a_killed_process_left_is_gone_after_the_next_try(context, folder):
    left = folder / f"aegis-file-{context.fingerprint('k')[:32]}"
    left.mkdir()
    (left / "archive.zip").write_bytes(b"of the process before")
    shelf = Shelf()

    assert await send_file(context, shelf, SENDING, write, key="k")
    assert shelf.kept == [("archive.zip", b"content")]
    assert list(folder.iterdir()) == []
