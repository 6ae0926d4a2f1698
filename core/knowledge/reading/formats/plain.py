"""Bytes to text: UTF-8, UTF-16 with its mark, what a file says of itself, or Windows-1252."""

import codecs
import re

from core.knowledge.model import KINDS_IN_WORDS
from core.knowledge.reading.formats.reading import Unreadable

NOT_TEXT = f"This file is not text. Send me {KINDS_IN_WORDS}."
_CONTROL_SHARE = 0.01
_LOOKED_AT = 100_000  # characters
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# All that is read of a charset's name: a lookup imports a module by it, before the process may
# open no files any more, so each of these is looked up once at the start.
CHARSETS = (
    *("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-7", "latin-1"),
    *("mac-roman", "cp437", "cp850", "cp866", "koi8-r", "koi8-u", "gb2312", "gbk", "gb18030"),
    *(f"cp125{number}" for number in range(9)),
    *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)),
    *("big5", "euc-jp", "shift-jis", "iso2022-jp", "euc-kr", "cp949", "tis-620"),
)
_CANONICAL = {codecs.lookup(name).name for name in CHARSETS}
_ALIAS = re.compile(r"[A-Za-z0-9_.:\-]{1,40}")


def decode(content: bytes, charset: str = "") -> str:
    """The text of *content*; *charset* is what the file or mail itself says. Raises Unreadable."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _checked(content.decode(encoding, "replace"))
    if b"\0" in content:
        raise Unreadable(NOT_TEXT)
    stated = known_charset(charset)
    if stated:
        return _checked(content.decode(stated, "replace"))
    try:
        return _checked(content.decode("utf-8"))
    except UnicodeDecodeError:
        return _checked(content.decode("cp1252", "replace"))


def in_utf8(content: bytes, length: int) -> bytes:
    """The first *length* characters, as far as a mark of UTF-16 says what they are; else as many bytes."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[: 2 * length + len(mark)].decode(encoding, "ignore").encode()
    return content[:length]


def known_charset(name: str) -> str:
    """The codec for a charset's name, or nothing for one that we do not read."""
    if not _ALIAS.fullmatch(name):
        return ""
    try:
        found = codecs.lookup(name).name
    except (LookupError, OSError):  # OSError: a module that this process may not open
        return ""
    return found if found in _CANONICAL else ""


def _checked(text: str) -> str:
    head = text[:_LOOKED_AT]
    odd = sum(1 for c in head if c == "\ufffd" or (ord(c) < 32 and c not in "\t\n\r\f"))
    if odd > _CONTROL_SHARE * len(head):
        raise Unreadable(NOT_TEXT)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
