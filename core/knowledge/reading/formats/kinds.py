"""What a file is, told by its content: its name is only what somebody called it.

A name decides between kinds of plain text, which no content tells apart for certain. And a name
that promises a PDF or an Office file must keep the promise: what does not is refused.
"""

import re

from core.knowledge.model import ENDINGS, KINDS_IN_WORDS, Media
from core.knowledge.reading.formats.delimited import is_surely_delimited
from core.knowledge.reading.formats.mail import looks_like_mail
from core.knowledge.reading.formats.office.archive import END_MARK, is_office_file, office_media
from core.knowledge.reading.formats.plain import NOT_TEXT, decode, in_utf8
from core.knowledge.reading.formats.reading import Unreadable

_HEAD = 1_024  # a PDF may have some bytes of junk before its mark
_HTML_HEAD = 2_048
_HTML_START = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html[\s>])", re.I | re.S
)
_HTML_TAG = re.compile(rb"<(head|body|title)[\s>]", re.I)
_ANY_TAG = re.compile(rb"<(!--|!doctype|/?[a-z][a-z0-9]*[\s/>])", re.I)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.:\-]{1,40})", re.I)
_PDF = re.compile(rb"(?:\A|[\r\n\0])%PDF-\d")
_XML = re.compile(rb"\s*<(\?xml|svg|!DOCTYPE|!ENTITY)[\s>\[]", re.I)
_MARKDOWN_SIGN = re.compile(r"^(#{1,6} \S|```|\|.*\|\s*$|[-*] \S|\d+\. \S)|\]\(", re.M)
_PROMISES: tuple[Media, ...] = ("pdf", "docx", "pptx", "xlsx")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_LOCKED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_KNOWN_OTHERS = {
    b"PK": "archives",
    b"{\\rtf": "RTF files",
    b"\x89PNG": "pictures",
    b"\xff\xd8\xff": "pictures",
    b"GIF8": "pictures",
    b"BM": "pictures",
    b"RIFF": "sound and film",
    b"\x1f\x8b": "archives",
    b"7z\xbc\xaf": "archives",
    b"Rar!": "archives",
    b"MZ": "programs",
    b"\x7fELF": "programs",
    b"\xca\xfe\xba\xbe": "programs",
}
# These marks are two letters that a text may begin with as well.
_NEED_A_ZERO = (b"BM", b"MZ", b"PK")
_VIRUS_TEST = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def media_of(content: bytes, name: str) -> Media:
    """Raises Unreadable for what is not one of ours, or is two things at once."""
    if content.lstrip().startswith(_VIRUS_TEST):
        raise Unreadable("This is the test file for virus scanners, so I did not read it.")
    media = _marked(content)
    if media is None:
        _refuse_others(content)
        media = _text_kind(content, name)
    promised = next((kind for kind in _PROMISES if name.lower().endswith(ENDINGS[kind])), media)
    if promised != media:
        raise Unreadable(
            f"The name of this file says that it is {promised.upper()}, and its content says "
            f"{media.upper()}, so I did not read it. Give it the right ending and send it again."
        )
    return media


def _marked(content: bytes) -> Media | None:
    """The kinds that say by a mark what they are."""
    mark = _PDF.search(content[:_HEAD])
    if mark:
        before = content[: mark.start()]
        # Archives are read from their end, so one can follow anything.
        if _other(before) or before.lstrip().startswith(b"<") or ends_as_archive(content):
            raise Unreadable("This file is two kinds of file at once, so I did not read it.")
        return "pdf"
    return office_media(content) if is_office_file(content) else None


def ends_as_archive(content: bytes) -> bool:
    """Whether an archive's last record stands exactly at the end."""
    place = content.rfind(END_MARK, max(0, len(content) - 65_557))
    if place < 0 or place + 22 > len(content):
        return False
    return place + 22 + int.from_bytes(content[place + 20 : place + 22], "little") == len(content)


def _other(content: bytes) -> str:
    for mark, kind in _KNOWN_OTHERS.items():
        if content.startswith(mark) and (mark not in _NEED_A_ZERO or b"\0" in content[:1_024]):
            return kind
    return ""


def _refuse_others(content: bytes) -> None:
    if content.startswith(_OLD_OFFICE):
        if _LOCKED_OFFICE in content:
            raise Unreadable("This file is locked with a password.")
        raise Unreadable(
            "I cannot read old Office files (.doc, .xls, .ppt). "
            "Save it as .docx, .xlsx or .pptx and send me that."
        )
    if kind := _other(content):
        raise Unreadable(f"I cannot read {kind}. Send me {KINDS_IN_WORDS}.")


def _text_kind(content: bytes, name: str) -> Media:
    head = in_utf8(content, _HTML_HEAD)
    if _HTML_START.match(head) or (head.lstrip().startswith(b"<") and _HTML_TAG.search(head)):
        return "html"
    if _XML.match(head):
        raise Unreadable(f"I cannot read XML or SVG files. Send me {KINDS_IN_WORDS}.")
    if looks_like_mail(content):
        return "eml"
    if name.lower().endswith(ENDINGS["html"]) and _ANY_TAG.search(head):
        return "html"  # a page without a head, as many programs save it
    called: tuple[Media, ...] = ("md", "txt", "csv")
    for media in called:
        if name.lower().endswith(ENDINGS[media]):
            return media
    text = decode(content)
    if is_surely_delimited(text):
        return "csv"
    return "md" if _MARKDOWN_SIGN.search(text[:20_000]) else "txt"


def charset_of_page(content: bytes) -> str:
    """What a web page says it is written in; empty when it does not."""
    stated = _CHARSET.search(content[:_HTML_HEAD])
    return stated[1].decode("ascii") if stated else ""


__all__ = ["NOT_TEXT", "charset_of_page", "ends_as_archive", "media_of"]
