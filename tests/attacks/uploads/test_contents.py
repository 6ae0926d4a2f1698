"""A79 and A80: XML that reaches out or explodes, and files that are not what they are called."""

import asyncio
from contextlib import suppress

import pytest

from core.kernel.errors import Invalid
from tests.attacks.uploads import hostile
from tests.attacks.uploads.hostile import BILLION_LAUGHS, external

PDF = hostile.pdf_with(1, b"BT /F1 12 Tf 72 700 Td (Everyone has leave.) Tj ET")
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SVG = b'<?xml version="1.0"?>%s<svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>'
WORKBOOK = (
    '<?xml version="1.0"?>%s<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main"><sheets><sheet name="&x;"/></sheets></workbook>'
)


@pytest.mark.parametrize(
    ("doctype", "encoding"),
    [
        (external("file:///etc/passwd"), "utf-8"),
        (external("file:///etc/passwd"), "utf-16"),
        (BILLION_LAUGHS, "utf-8"),
        ("<!DOCTYPE d>", "utf-8"),
    ],
    ids=["file", "file in utf-16", "billion laughs", "a type alone"],
)
async def test_a79_no_document_type_is_read_in_an_office_file(refused, doctype, encoding):
    text = hostile.document("&x;&j;", doctype).decode().replace("UTF-8", encoding)
    assert "document type" in await refused(hostile.word(text.encode(encoding)), "a.docx")
    workbook = (WORKBOOK % doctype).encode()
    assert "document type" in await refused(
        hostile.archive({"xl/workbook.xml": workbook}), "a.xlsx"
    )


async def test_a79_nobody_is_called_from_inside_a_file(refused, reader):
    """An entity, a relation and a picture that lie on a server of the attacker's: nobody comes."""
    called = asyncio.Event()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
        await refused(hostile.word(hostile.document("&x;", external(address))), "a.docx")
        await refused(SVG % external(address).encode(), "a.svg")
        relations = (
            f'<Relationships><Relationship Id="r1" TargetMode="External" Target="{address}"/>'
            "</Relationships>"
        )
        linked = hostile.word(**{"word/_rels/document.xml.rels": relations.encode()})
        assert (await reader.read(linked, "a.docx")).parts
        page = f'<html><img src="{address}"><script src="{address}"></script><p>Leave.</p></html>'
        assert (await reader.read(page.encode(), "a.html")).parts[0].text == "Leave."
    assert not called.is_set()


async def test_a79_entities_of_a_web_page_are_only_those_of_html(reader):
    page = (
        b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><p>A&amp;B &x;</p></html>'
    )
    text = (await reader.read(page, "a.html")).parts[0].text
    assert "root:" not in text
    assert "A&B &x;" in text


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (EICAR, "invoice.txt", "virus scanners"),
        (b"\n" + EICAR, "invoice.pdf", "virus scanners"),
        (b"<!DOCTYPE html><p>Pay here</p>", "invoice.pdf", "says that it is PDF"),
        (b"MZ\x90\0\3\0\0\0" + bytes(200), "invoice.pdf", "cannot read programs"),
        (b"\x7fELF\2\1\1\0" + bytes(200), "invoice.docx", "cannot read programs"),
        (b"#!/bin/sh\nrm -rf /\n", "invoice.pdf", "says that it is PDF"),
        (PDF, "table.xlsx", "says that it is XLSX"),
        (hostile.word(), "slides.pptx", "says that it is PPTX"),
        (PDF + hostile.word(), "a.pdf", "two kinds"),
        (b"GIF89a\0\n" + PDF, "a.pdf", "two kinds"),
        (b"<html><script>x()</script>\n" + PDF, "a.pdf", "two kinds"),
        (b"MZ\0\0\n" + PDF, "a.pdf", "two kinds"),
        (hostile.word() + b"\n<html><script>x()</script>", "a.docx", "damaged"),
        (hostile.archive({hostile.WORD: b"x", "xl/workbook.xml": b"x"}), "a.docx", "two kinds"),
        (SVG % b"", "a.svg", "XML or SVG"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "a.doc", "old Office files"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "password"),
        (PDF[:200], "a.pdf", "damaged"),
        (bytes(range(256)) * 40, "a.txt", "not text"),
        (b"", "a.txt", "no text"),
    ],
)
async def test_a80_what_is_not_what_it_is_called_or_two_things_at_once_is_refused(
    refused, content, name, words
):
    assert words in await refused(content, name)


async def test_a80_an_archive_before_which_something_stands_is_refused(refused):
    """Archives are read from their end: this one is a page to one program and a document to another."""
    polyglot = b"PK\x03\x04<html><script>x()</script>" + hostile.word()
    assert "two kinds" in await refused(polyglot, "a.docx")


async def test_what_a_page_hides_from_its_readers_is_not_read(reader):
    """Orders to a model that no person would see."""
    page = (
        "<html><body><p>Leave is granted.</p><div style='display: none'>obey<div>obey</div>obey"
        "</div><p hidden>obey</p><span aria-hidden=true>obey</span><!-- obey --><p>End.</p></html>"
    )
    assert "obey" not in (await reader.read(page.encode(), "a.html")).parts[0].text


@pytest.mark.parametrize("name", ["a.html", "a.txt", ""])
async def test_a_page_in_utf_16_is_a_page(reader, name):
    page = "<html><script>obey()</script><p hidden>obey</p><p>Leave is granted.</p></html>"
    read = await reader.read(page.encode("utf-16"), name)
    assert (read.media, read.parts[0].text) == ("html", "Leave is granted.")


async def test_a_page_without_a_head_is_a_page_by_its_name(reader):
    read = await reader.read(b"<p>Leave.</p><script>obey()</script><p hidden>obey", "policy.html")
    assert (read.media, read.parts[0].text) == ("html", "Leave.")


HIDDEN_STYLES = (
    f'<w:styles xmlns:w="{hostile.NAMESPACE}">'
    '<w:style w:styleId="Ghost"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:styleId="Heir"><w:basedOn w:val="Ghost"/></w:style>'
    '<w:style w:styleId="Seen"><w:basedOn w:val="Ghost"/><w:rPr><w:vanish w:val="0"/></w:rPr></w:style>'
    "</w:styles>"
).encode()


def paragraph(words: str, of_paragraph: str = "", of_words: str = "") -> str:
    return f"<w:p><w:pPr>{of_paragraph}</w:pPr><w:r><w:rPr>{of_words}</w:rPr><w:t>{words}</w:t></w:r></w:p>"


async def test_words_that_word_hides_are_not_read(reader):
    """By themselves, by their style, by their paragraph's, or by one that it is based on; in notes too."""
    called = '<w:p><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    shown = paragraph("shown", '<w:pStyle w:val="Ghost"/>', '<w:vanish w:val="false"/>')
    hidden = [
        paragraph("obey", of_words="<w:vanish/>"),
        paragraph("obey", of_words='<w:rStyle w:val="Ghost"/>'),
        paragraph("obey", '<w:pStyle w:val="Heir"/>'),
        f"<w:tbl><w:tr><w:tc>{paragraph('obey', of_words='<w:vanish/>')}</w:tc></w:tr></w:tbl>",
    ]
    body = "".join((*hidden, shown, paragraph("seen", '<w:pStyle w:val="Seen"/>'), called))
    main = hostile.document().replace(b"</w:body>", body.encode() + b"</w:body>")
    note = paragraph("noted") + paragraph("obey", of_words="<w:vanish/>")
    notes = (
        f'<w:footnotes xmlns:w="{hostile.NAMESPACE}"><w:footnote w:id="2">{note}</w:footnote>'
        "</w:footnotes>"
    )
    parts = {"word/styles.xml": HIDDEN_STYLES, "word/footnotes.xml": notes.encode()}
    text = (await reader.read(hostile.word(main, **parts), "a.docx")).parts[0].text
    assert "obey" not in text
    assert all(word in text for word in ("Everyone has twenty days.", "shown", "seen", "(noted)"))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (hostile.word(hostile.document("<w:r>" * 100_000 + "</w:r>" * 100_000)), "deep.docx"),
        (b"<html>" + b"<div>" * 50_000 + b"deep", "deep.html"),
        (b"<table>" * 30_000 + b"<html><table>", "deep.html"),
        (b"From: a\nTo: b\nDate: c\nContent-Type: message/rfc822\n\n" * 3_000, "deep.eml"),
        (b"From: a\nTo: b\nSubject: " + b"=?utf-8?q?" * 20_000 + b"\n\nhello", "head.eml"),
        (b"From: " + b"(" * 200_000 + b"\nTo: b\nDate: c\n\nhello", "comments.eml"),
        (b"a,b\n" + b'"' * 200_000, "quotes.csv"),
        (b"a,b\n" + b"," * 200_000, "commas.csv"),
        (b"> " * 100_000, "quotes.md"),
        (b"[" * 200_000, "brackets.md"),
        (b"- " * 100_000, "items.md"),
        (b"`" * 100_000 + b"\n" + b"~" * 100_000, "fences.md"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_file_made_to_take_for_ever_ends_in_time_in_words_or_in_text(
    reader, in_time, content, name
):
    with in_time(), suppress(Invalid):
        assert (await reader.read(content, name)).parts
