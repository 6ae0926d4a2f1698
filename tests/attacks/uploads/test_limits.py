"""A81 and B25: a file that takes more time, memory or room than a file may take."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from core.kernel.errors import Invalid
from core.knowledge.model import MAX_BYTES
from core.knowledge.reading.child_process import Died, ReadingChild
from core.knowledge.reading.confinement.limits import cpu_for
from core.knowledge.reading.formats.office.archive import MAX_ENTRIES, MAX_INFLATED
from core.knowledge.reading.limited_reader import LimitedReader
from tests.attacks.uploads import hostile

ROOT = Path(__file__).resolve().parents[3]
SLOW = b"<html>" + b"<" * 4_900_000  # takes the page parser more than ten seconds


def test_b25_the_limits_are_the_promised_ones():
    assert (MAX_BYTES, MAX_INFLATED, MAX_ENTRIES) == (20 * 2**20, 100_000_000, 2_000)
    assert [cpu_for(pages) for pages in (1, 100, 101, 600)] == [10, 10, 20, 60]
    program = (
        "import json, os, resource as r\n"
        "from core.knowledge.reading.confinement import confine, limits\n"
        "confine.confine(os.getppid()); limits.allow_cpu(limits.cpu_for(2_000))\n"
        "names = ('AS', 'CPU', 'FSIZE', 'NOFILE', 'NPROC', 'CORE')\n"
        "found = {n: r.getrlimit(getattr(r, 'RLIMIT_' + n)) for n in names}\n"
        "os.write(1, json.dumps(found).encode()); os._exit(0)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        env={"PYTHONPATH": str(ROOT)},
        timeout=120,  # a starved machine takes long to start one
        check=True,
    )
    assert json.loads(told.stdout) == {
        "AS": [512 * 2**20] * 2,
        "CPU": [60, 60],
        "FSIZE": [0, 0],
        "NOFILE": [0, 0],
        "NPROC": [0, 0],
        "CORE": [0, 0],
    }


async def test_a81_a_slow_file_is_given_up_and_costs_the_others_of_its_batch_nothing():
    async with LimitedReader(cpu_seconds=0).batch() as reader:
        assert (await reader.read(b"first", "a.txt")).media == "txt"
        with pytest.raises(Invalid, match="took too long"):
            await reader.read(SLOW, "a.html")
        assert (await reader.read(b"last", "a.txt")).media == "txt"


async def test_a81_a_file_that_takes_too_much_memory_is_given_up_with_a_clear_sentence(refused):
    """At the limits people meet: beside one rare letter, 75 million common ones take four times
    the room."""
    main = hostile.document("a" * 75_000_000 + "\N{BICYCLE}\N{PILE OF POO}")
    assert "more memory" in await refused(hostile.word(main), "a.docx")


async def test_a81_a_pdf_that_unpacks_to_a_gigabyte_is_given_up(refused):
    block = b" " * (1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, 15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    packed += (packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)) * 1_000
    assert await refused(hostile.pdf_with(1, packed, told=b" /Filter /FlateDecode"), "a.pdf")


async def test_a81_too_much_text_is_refused_before_it_is_kept(refused):
    assert "too much text" in await refused(b"word " * 1_100_000, "a.txt")
    rows = b"<row><c t='inlineStr'><is><t>" + b"x" * 5_100_000 + b"</t></is></c></row>"
    sheet = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"
    book = hostile.archive(
        {
            "xl/workbook.xml": b"<workbook xmlns:r='r'><sheets><sheet name='a' r:id='r1'/></sheets>"
            b"</workbook>",
            "xl/_rels/workbook.xml.rels": b"<R><R Id='r1' Type='x/worksheet' Target='a.xml'/></R>",
            "xl/a.xml": sheet,
        }
    )
    assert "too much text" in await refused(book, "a.xlsx")


async def test_a81_a_cell_at_the_end_of_the_world_costs_no_more_than_the_first(reader):
    """A sheet with one cell in the last column of the last row, and one in the first."""
    cells = (
        b"<row r='1'><c r='A1' t='str'><v>first</v></c></row>"
        b"<row r='1048576'><c r='XFD1048576' t='str'><v>last</v></c></row>"
    )
    book = hostile.archive(
        {
            "xl/workbook.xml": b"<workbook xmlns:r='r'><sheets><sheet name='a' r:id='r1'/></sheets>"
            b"</workbook>",
            "xl/_rels/workbook.xml.rels": b"<R><R Id='r1' Type='x/worksheet' Target='a.xml'/></R>",
            "xl/a.xml": b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>",
        }
    )
    (part,) = (await reader.read(book, "a.xlsx")).parts
    assert [block.text for block in part.blocks] == ["Sheet: a", "first", "last"]


async def test_a81_a_process_that_dies_of_a_file_takes_nothing_along():
    """Killed in the middle of a file: that file is refused, and the next is read."""
    child = await ReadingChild.start()
    reading = asyncio.create_task(child.read(SLOW, ".html"))
    await asyncio.sleep(0)
    os.kill(child.pid, signal.SIGSEGV)
    with pytest.raises(Died):
        await reading
    await child.end()
    assert (await LimitedReader().read(b"Still here.", "a.txt")).media == "txt"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{}",
        b"[1]",
        b"[" * 100_000,
        b'{"media": "exe", "parts": [], "pages": null, "notes": []}',
        b'{"media": "txt", "parts": [[0, []]], "pages": null, "notes": []}',
        b'{"media": "txt", "parts": [[1, [["text", 5, 0]]]], "pages": null, "notes": []}',
        b'{"media": "txt", "parts": [[1, [["heading", "x", 99]]]], "pages": null, "notes": []}',
        b'{"media": "txt", "parts": [[true, [["text", "x"]]]], "pages": null, "notes": []}',
        b'{"media": "txt", "parts": [], "pages": -4, "notes": []}',
        b'{"media": "txt", "parts": [], "pages": null, "notes": 7}',
        b'{"media": ["txt"], "parts": [], "pages": null, "notes": []}',
    ],
)
async def test_what_a_process_says_that_was_taken_over_is_not_believed(said, monkeypatch):
    """The answer is checked like any stranger's."""

    async def answer(self: ReadingChild, content: bytes, ending: str) -> bytes:
        return said

    monkeypatch.setattr(ReadingChild, "read", answer)
    with pytest.raises(Invalid, match="damaged"):
        await LimitedReader().read(b"hello", "a.txt")


async def test_the_sentence_of_a_process_that_was_taken_over_is_one_short_line(monkeypatch):
    async def answer(self: ReadingChild, content: bytes, ending: str) -> bytes:
        return json.dumps({"unreadable": "\x1b[2Jpay\n" + "here" * 1_000}).encode()

    monkeypatch.setattr(ReadingChild, "read", answer)
    with pytest.raises(Invalid) as told:
        await LimitedReader().read(b"hello", "a.txt")
    assert str(told.value).isprintable()
    assert len(str(told.value)) <= 500
