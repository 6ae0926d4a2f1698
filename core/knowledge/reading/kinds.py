"""What a file is, told by its content: its name is only what somebody called it."""

import re

from core.knowledge.model import Media

_PDF_HEAD = 1_024  # a PDF may have some bytes of junk before its mark
_HTML_HEAD = 2_048
_HTML_START = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html[\s>])", re.I | re.S
)
_HTML_TAG = re.compile(rb"<(head|body|title)[\s>]", re.I)
_MARKDOWN_SIGN = re.compile(r"^(#{1,6} \S|```|\|.*\|\s*$|[-*] \S|\d+\. \S)|\]\(", re.M)
_KNOWN_OTHERS = {
    b"PK\x03\x04": "Office files and archives",
    b"\xd0\xcf\x11\xe0": "old Office files",
    b"{\\rtf": "RTF files",
    b"\x89PNG": "pictures",
    b"\xff\xd8\xff": "pictures",
    b"GIF8": "pictures",
    b"RIFF": "sound and film",
    b"\x1f\x8b": "archives",
}
_CONTROL_SHARE = 0.01
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Unreadable(Exception):
    """The file cannot be read; the message says why, in words for the person who sent it."""


def media_of(content: bytes, name: str) -> Media:
    """Raises Unreadable for what is not one of ours."""
    if b"%PDF-" in content[:_PDF_HEAD]:
        return "pdf"
    for mark, kind in _KNOWN_OTHERS.items():
        if content.startswith(mark):
            raise Unreadable(
                f"I cannot read {kind} yet. Send me PDF, HTML, Markdown or plain text."
            )
    head = content[:_HTML_HEAD].removeprefix(b"\xef\xbb\xbf")
    if _HTML_START.match(head) or (head.lstrip().startswith(b"<") and _HTML_TAG.search(head)):
        return "html"
    if name.lower().endswith((".md", ".markdown")):
        return "md"
    if name.lower().endswith(".txt"):
        return "txt"
    return "md" if _MARKDOWN_SIGN.search(decode(content)[:20_000]) else "txt"


def decode(content: bytes) -> str:
    """Text in UTF-8, UTF-16 with its mark, or Windows-1252. Raises Unreadable for the rest."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _checked(content.decode(encoding, "replace"))
    if b"\0" in content:
        raise Unreadable("This file is not text. Send me PDF, HTML, Markdown or plain text.")
    try:
        return _checked(content.decode("utf-8"))
    except UnicodeDecodeError:
        return _checked(content.decode("cp1252", "replace"))


def _checked(text: str) -> str:
    odd = sum(1 for c in text[:100_000] if c == "\ufffd" or (ord(c) < 32 and c not in "\t\n\r\f"))
    if odd > _CONTROL_SHARE * min(len(text), 100_000):
        raise Unreadable("This file is not text. Send me PDF, HTML, Markdown or plain text.")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
