"""The same from Slack: files dropped into a direct message, with the whole product behind it."""

import asyncio

import aiohttp
import pytest

from bot.slack.files.downloads import SlackFiles
from core.kernel.errors import Postponed
from core.knowledge.model import Asker
from core.knowledge.search import search
from tests.attacks.door import Door
from tests.attacks.uploads import hostile
from tests.stage import spoken

ZEPPELIN = hostile.document("The zeppelin lands on Tuesday at the old mast behind the workshop.")


LETTER = b"""From: ana@example.com
To: ben@example.com
Subject: Plan
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

Here it is.
--x
Content-Type: application/pdf
Content-Disposition: attachment; filename=plan.pdf

x
--x--
"""


async def test_hostile_files_are_refused_in_words_and_a_good_one_is_read_and_cited(stage, tmp_path):
    """A sentence each, also for what of a mail is not read. Then a Word file: asked about, cited."""
    (tmp_path / "bomb.docx").write_bytes(hostile.many_entries(hostile.PAST_LIMITS))
    (tmp_path / "page.pdf").write_bytes(b"<!DOCTYPE html><p>Pay here</p>")
    (tmp_path / "letter.eml").write_bytes(LETTER)
    (tmp_path / "landing.docx").write_bytes(hostile.word(ZEPPELIN))
    lines = await stage.play(
        """
        - {workspace: northwind, person: ana, in: dm, upload: bomb.docx}
        - {upload: page.pdf}
        - {upload: letter.eml}
        - {upload: landing.docx}
        - say: When does the zeppelin land?
        """
    )
    told = spoken(lines)
    assert "could not read *bomb.docx*. This file is packed of more than 2,000 parts" in told
    assert "The name of this file says that it is PDF, and its content says HTML" in told
    assert "I have read *letter.eml*. I did not read what is attached to it: plan.pdf." in told
    assert "I have read *landing.docx*" in told
    assert "lands on Tuesday" in told
    assert "landing.docx" in spoken(lines, "stream_stop")


@pytest.mark.parametrize("where", ["dm", '"#general"'])
async def test_a95_who_may_not_see_a_document_learns_nothing_of_it(stage, tmp_path, where):
    """Ben asks what only Ana's own file answers: he is told what he is told without that file."""
    (tmp_path / "diary.docx").write_bytes(hostile.word(ZEPPELIN))
    ask = f'- {{workspace: northwind, person: ben, in: {where}, say: "@AEGIS when does the zeppelin land?"}}'
    # An admin who has said something is somebody who might know, file or not.
    await stage.play("[{workspace: northwind, person: ana, in: dm, say: help}]")
    before = spoken(await stage.play(ask))
    await stage.play("[{workspace: northwind, person: ana, in: dm, upload: diary.docx}]")
    after = spoken(await stage.play(ask))
    assert after == before
    for word in ("Tuesday", "diary", "withheld", "mast"):
        assert word not in after


async def test_a95_who_may_not_see_a_document_has_none_withheld(stage, tmp_path):
    """The number of sources left out is for their owner alone: for others there are none."""
    (tmp_path / "diary.docx").write_bytes(hostile.word(ZEPPELIN))
    await stage.play("[{workspace: northwind, person: ana, in: dm, upload: diary.docx}]")
    tenant = stage.tenants["northwind"]
    for private in (True, False):
        asker = Asker(stage.person_id("ben"), private)
        found = await search(tenant, None, question="When does the zeppelin land?", asker=asker)
        assert (found.found, found.withheld) == ((), 0)


async def test_a82_a_file_that_breaks_off_half_way_is_not_taken_for_the_whole(stage):
    """Slack's side closes at half of it: nothing is read, and it is tried again later."""

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 500)
        writer.close()

    async with (
        await asyncio.start_server(half, "127.0.0.1") as server,
        aiohttp.ClientSession() as s,
    ):
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        files = SlackFiles(stage.product.clients, s, frozenset({host}))
        with pytest.raises(Postponed):
            await files.fetch(
                stage.tenants["northwind"], f"http://{host}/f", size=1_000, limit=2_000
            )


FIELDS = b"".join(
    b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nv\r\n' % n for n in range(10_000)
)
FORMS = {
    "10,000 fields": (FIELDS + b"--x--\r\n", "multipart/form-data; boundary=x"),
    "no boundary": (FIELDS[:500], "multipart/form-data"),
    "a boundary that never comes": (b"x" * 5_000, "multipart/form-data; boundary=y"),
    "10,000 pairs": (b"a=b&" * 10_000, "application/x-www-form-urlencoded"),
}


async def test_a83_a_form_made_to_be_taken_apart_for_ever_is_refused(door: Door):
    """At each address that takes anything: a client's error, no error of ours, nothing stored."""
    paths = ("events", "commands", "interactivity", "install")
    for name, (body, kind) in FORMS.items():
        for headers in ({}, door.signed(body)):
            for path in paths:
                status, _ = await door.knock(body, headers | {"Content-Type": kind}, path)
                assert status in (400, 401, 405, 413), (name, path)
    async with door.stage.tenants["northwind"].db.transaction() as tx:
        assert await tx.fetchval("select count(*) from inbox_event") == 0
