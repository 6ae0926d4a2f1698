"""Hostile files, made by the tests: nothing of the kind lies in the repository."""

import io
import struct
import zipfile
import zlib

CONTENT_TYPES = "[Content_Types].xml"
WORD = "word/document.xml"
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PAST_LIMITS = 2_001  # entries


def document(words: str = "Everyone has twenty days.", doctype: str = "") -> bytes:
    """The main part of a Word file with one paragraph."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<w:document xmlns:w="{NAMESPACE}">'
        f"<w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body></w:document>"
    ).encode()


def archive(parts: dict[str, bytes], *, level: int = 6) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return held.getvalue()


def word(main: bytes | None = None, **parts: bytes) -> bytes:
    """A Word file with *parts* beside its main one."""
    return archive({CONTENT_TYPES: b"<Types/>", WORD: main or document(), **parts})


def two_gigabytes() -> bytes:
    """A Word file of 2 MB whose main part is 2 GB of one letter: its compressed form is repeated, so
    that nobody has to compress two gigabytes."""
    block = 1 << 20
    blocks = 2_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(b"a" * block) + packer.flush(zlib.Z_FULL_FLUSH)
    squeezed = piece * blocks + b"\x03\x00"
    return stored_entry(WORD, squeezed, block * blocks, method=8)


def stored_entry(name: str, squeezed: bytes, size: int, *, method: int, told: int = -1) -> bytes:
    """An archive of one entry, field by field. *told*: the size it claims, when that is a lie."""
    claimed = size if told < 0 else told
    raw = name.encode()
    common = struct.pack("<5H3L2H", 20, 0, method, 0, 33, 0, len(squeezed), claimed, len(raw), 0)
    local = b"PK\x03\x04" + common + raw
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<3H2L", 0, 0, 0, 0, 0)
    central += raw
    start = len(local) + len(squeezed)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(central), start, 0)
    return local + squeezed + central + end


def liar() -> bytes:
    """A Word file whose main part says that it has 100 bytes and unpacks to 200 MB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezed = packer.compress(b"a" * 200_000_000) + packer.flush()
    return stored_entry(WORD, squeezed, 200_000_000, method=8, told=100)


def many_entries(number: int) -> bytes:
    """An archive of that many empty entries, most of which its last record does not count."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as made:
        for place in range(number):
            made.writestr(zipfile.ZipInfo(f"{place:x}"), b"")
    return held.getvalue()


def uncounted(content: bytes) -> bytes:
    """The same archive, whose last record says that there are five entries."""
    place = content.rfind(b"PK\x05\x06")
    return content[: place + 8] + struct.pack("<2H", 5, 5) + content[place + 12 :]


def symlink() -> bytes:
    """A Word file in which the styles are a link to the passwords of the machine."""
    held = io.BytesIO(word())
    link = zipfile.ZipInfo("word/styles.xml")
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(held, "a") as made:
        made.writestr(link, "/etc/passwd")
    return held.getvalue()


def doubled() -> bytes:
    """A Word file with two main parts of one name: which one is read is a matter of taste."""
    return word(**{"word/documenu.xml": document("other")}).replace(b"documenu", b"document")


BILLION_LAUGHS = "<!DOCTYPE lolz [<!ENTITY a 'lol'>" + "".join(
    f"<!ENTITY {after} '{f'&{before};' * 10}'>"
    for before, after in zip("abcdefghi", "bcdefghij", strict=True)
)
BILLION_LAUGHS += "]>"


def external(address: str) -> str:
    """A document type whose entity lies elsewhere."""
    return f'<!DOCTYPE d [<!ENTITY x SYSTEM "{address}">]>'


def pdf_with(pages: int, stream: bytes, told: bytes = b"") -> bytes:
    """A PDF whose pages all show one stream; *told*: what is said of how it is packed."""
    kids = b" ".join(b"%d 0 R" % (number + 5) for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(stream), told, stream),
        *(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>",
        )
        * pages,
    ]
    held = bytearray(b"%PDF-1.4\n")
    for number, content in enumerate(objects, 1):
        held += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return bytes(held + b"trailer << /Root 1 0 R /Size %d >>\n%%%%EOF" % (len(objects) + 1))
