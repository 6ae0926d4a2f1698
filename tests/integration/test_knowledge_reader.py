"""The real child process on real files: what it reads, and what it survives."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import pytest

from bot.cli.operations import check_files
from core.kernel.errors import Invalid
from core.knowledge.reading import child_process
from core.knowledge.reading.child_process import ReadingChild
from core.knowledge.reading.limited_reader import LimitedReader

SAMPLES = Path(__file__).resolve().parents[2] / "bot" / "cli" / "samples"


def pdf(pages: list[str]) -> bytes:
    """A small PDF by hand: one line of text on each page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kids = []
    for text in pages:
        stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    body = b"%PDF-1.4\n"
    for number, content in enumerate(objects, 1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return body + b"trailer << /Root 1 0 R /Size %d >>\n%%%%EOF" % (len(objects) + 1)


async def test_a_pdf_keeps_its_pages():
    read = await LimitedReader().read(pdf(["First page here.", "", "Third page here."]), "a.txt")
    assert (read.media, read.pages) == ("pdf", 3)
    assert [(part.page, part.text) for part in read.parts] == [
        (1, "First page here."),
        (3, "Third page here."),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
async def test_a_text_is_read_with_and_without_a_mark_of_what_it_is_written_in(encoding):
    """Excel and Notepad begin theirs with one; the process can load no codec any more by then."""
    content = "Straße;Nummer\nTejo;4\n".encode(encoding)
    (part,) = (await LimitedReader().read(content, "a.csv")).parts
    assert part.text == "| Straße | Nummer |\n| --- | --- |\n| Tejo | 4 |"


async def test_a_scan_is_said_to_be_one():
    with pytest.raises(Invalid, match="it may be a scan"):
        await LimitedReader().read(pdf(["", ""]), "scan.pdf")


async def test_pages_that_are_scans_are_said_to_be_so_and_empty_ones_are_not():
    picture = "q 99 0 0 99 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q"
    pages = [b"A page with words.", b"PICTURE", b"", b"PICTURE", b"PICTURE"]
    content = pdf([page.decode() for page in pages])
    shown = b"BT /F1 12 Tf 72 700 Td (PICTURE) Tj ET"
    content = content.replace(shown, picture.encode().ljust(len(shown)))
    length = b"/Length %d >>\nstream\nq" % len(shown)
    content = content.replace(length, b"/Length %d >>\nstream\nq" % len(picture.encode()))
    read = await LimitedReader().read(content, "a.pdf")
    assert [part.page for part in read.parts] == [1]
    assert read.notes == ("Pages 2, 4–5 are pictures without text: I cannot read them.",)


async def test_a_page_that_cannot_be_opened_does_not_spoil_the_others():
    content = pdf(["First page here.", "Second page here."])
    broken = content.replace(b"7 0 obj\n<< /Type /Page ", b"7 0 obj\n<< /Type /Pag_ ")
    assert broken != content
    read = await LimitedReader().read(broken, "a.pdf")
    assert [part.page for part in read.parts] == [1]
    assert read.notes == ("Page 2 is damaged: I cannot read it.",)


async def test_files_of_a_batch_share_a_process_and_what_kills_it_does_not_cost_the_next():
    async with LimitedReader(cpu_seconds=0).batch() as reader:
        pids = []
        for content in (b"one", b"two", b"<html>" + b"<" * 900_000, b"three"):
            with suppress(Invalid):
                await reader.read(content, "a.txt")
            pids.append(reader._child.pid if reader._child else None)
    assert pids[0] == pids[1] is not None
    assert pids[2] is None
    assert pids[3] not in (None, pids[0])


async def test_the_headings_of_a_real_pdf_are_found():
    handbook = SAMPLES / "northwind" / "employee-handbook.pdf"
    read = await LimitedReader().read(await asyncio.to_thread(handbook.read_bytes), "h.pdf")
    (page,) = [part for part in read.parts if part.page == 4]
    assert "# Parental leave" in page.text


@pytest.mark.parametrize(
    "content",
    [
        b"<html>" + b"<div>" * 200_000 + b"deep",
        b"<html>" + b"<" * 300_000,
        b"%PDF-1.7\n" + os.urandom(200_000),
        pdf(["x"] * 10).replace(b"/Count 10", b"/Count 2000000000"),
        pdf(["x"]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]"),
    ],
    ids=["deep html", "angle brackets", "random pdf", "endless pdf", "pdf that holds itself"],
)
async def test_a_hostile_file_ends_in_words_or_in_text(content):
    with suppress(Invalid):
        assert (await LimitedReader().read(content, "x")).parts


async def test_a_name_is_never_a_path():
    with pytest.raises(Invalid, match="no text"):
        await LimitedReader().read(b" ", "/etc/passwd")


async def test_a_file_that_takes_too_long_is_given_up_with_its_child():
    with pytest.raises(Invalid, match="took too long"):
        await LimitedReader(wall_seconds=0.001).read(b"# hello", "x.md")


async def test_a_cancelled_reading_leaves_no_child_behind():
    reading = asyncio.create_task(LimitedReader().read(b"<html>" + b"<" * 5_000_000, "x"))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def test_the_doctor_says_behind_which_walls_files_are_read(capsys, monkeypatch):
    await check_files()
    monkeypatch.setattr(ReadingChild, "is_filtered", lambda child: False)
    await check_files()
    monkeypatch.setattr(child_process, "_START", "raise SystemExit(1)")
    await check_files()
    said = capsys.readouterr().out.splitlines()
    assert [line[:10] for line in said] == ["ok    file", "note  file", "note  file"]
    assert "none can be read" in said[2]
