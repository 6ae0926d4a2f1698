"""A77 and A78: archives that unpack to too much, hold too much, or want to lie elsewhere."""

import asyncio
import json
import os
import re
from pathlib import Path

import pytest

from core.kernel.errors import Invalid
from core.knowledge.reading.child_process import ReadingChild
from core.knowledge.reading.formats.office.archive import Archive
from core.knowledge.reading.formats.reading import Unreadable
from core.knowledge.reading.limited_reader import LimitedReader
from tests.attacks.uploads import hostile

MEGABYTE = 1_024  # kilobytes, as the kernel counts


def about(pid: int, what: str) -> str:
    """What the kernel says of a process."""
    return Path(f"/proc/{pid}/{what}").read_text("ascii")


async def test_a77_two_megabytes_that_become_two_gigabytes_are_refused_at_once():
    """Within a second and 64 MB, at the limits people meet."""
    bomb = hostile.two_gigabytes()
    assert 2_000_000 < len(bomb) < 2_500_000
    child = await ReadingChild.start()
    try:
        answer = json.loads(await child.read(bomb, ".docx"))
        status, stat = (about(child.pid, what) for what in ("status", "stat"))
    finally:
        await child.end()
    assert "unpacks to more than 100 MB" in answer["unreadable"]
    assert int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) < 64 * MEGABYTE
    spent = stat.rpartition(")")[2].split()
    assert (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK") < 1  # seconds of CPU


async def test_a77_a_part_that_lies_about_its_size_is_refused(refused):
    assert "damaged" in await refused(hostile.liar(), "liar.docx")


def test_a77_what_is_read_is_counted_and_not_what_is_said():
    """A part that is read again and again costs each time."""
    packed = Archive(hostile.word(**{"word/other.xml": b"x" * 600}), most=1_500)
    packed.read("word/other.xml")
    packed.read("word/other.xml")
    with pytest.raises(Unreadable, match="more than it says"):
        packed.read("word/other.xml")


@pytest.mark.parametrize(
    "number", [hostile.PAST_LIMITS, 60_000], ids=["one too many", "60,000 entries"]
)
async def test_a78_an_archive_of_too_many_parts_is_refused(refused, number):
    assert "more than 2,000 parts" in await refused(hostile.many_entries(number), "many.docx")


async def test_a78_parts_that_the_archive_does_not_own_up_to_are_counted(refused):
    hidden = hostile.uncounted(hostile.many_entries(hostile.PAST_LIMITS))
    assert "more than 2,000 parts" in await refused(hidden, "many.docx")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (hostile.archive({"inner.zip": hostile.word()}), "archive"),
        (hostile.word(**{"word/media/inner.bin": hostile.word()}), "archive inside"),
        (hostile.symlink(), "link to another file"),
        (hostile.word(**{"../../etc/cron.d/x": b"x"}), "wants to lie elsewhere"),
        (hostile.word(**{"/etc/passwd": b"x"}), "wants to lie elsewhere"),
        (hostile.word(**{"C:/Windows/x": b"x"}), "wants to lie elsewhere"),
        (hostile.word(**{"..\\..\\x": b"x"}), "wants to lie elsewhere"),
        (hostile.doubled(), "two parts of one name"),
        (hostile.archive({"a.txt": b"hello"}), "cannot read archives"),
    ],
    ids=[
        "nested",
        "nested deep",
        "symlink",
        "zip-slip",
        "absolute",
        "drive",
        "backslashes",
        "doubled",
        "no office file",
    ],
)
async def test_a78_what_no_office_program_makes_is_refused(refused, content, words):
    assert words in await refused(content, "file.docx")


async def test_a78_a_workbook_that_office_itself_embeds_is_no_archive_bomb(reader):
    """It is not opened either: of a drawing, the words in the document are what is read."""
    embedded = hostile.word(**{"word/embeddings/Workbook1.xlsx": hostile.two_gigabytes()[:4_000]})
    assert (await reader.read(embedded, "a.docx")).parts[0].text == "Everyone has twenty days."


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.999])
async def test_a78_a_truncated_office_file_is_refused(refused, cut):
    whole = hostile.word()
    assert "damaged" in await refused(whole[: int(len(whole) * cut)], "a.docx")


async def test_a_flood_of_bombs_leaves_the_service_answering():
    """Twenty at once: the loop goes on turning while they are refused."""
    bomb = hostile.many_entries(hostile.PAST_LIMITS)
    reader = LimitedReader()
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    turning = asyncio.create_task(turn())
    told = await asyncio.gather(
        *(reader.read(bomb, "a.docx") for _ in range(4)), return_exceptions=True
    )
    turning.cancel()
    assert [type(each) for each in told] == [Invalid] * 4
    assert turns > 100
