"""A saved mail: who wrote what to whom and when; what is attached is named, not read."""

import re
from collections.abc import Iterator
from email import policy
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser

from core.knowledge.reading.formats.markdown import heading, item, one_line
from core.knowledge.reading.formats.markup import html_to_markdown
from core.knowledge.reading.formats.plain import decode, known_charset
from core.knowledge.reading.formats.reading import Reading, first_names

_SHOWN = ("From", "To", "Cc", "Date")
_LONGEST_HEADER = 2_000
_LONGEST_NAME = 80
_MOST_NAMES = 10
_HEAD = re.compile(rb"\A(?:[!-9;-~]{1,76}:[^\n]*\n(?:[ \t][^\n]*\n)*)+")
_SENDER = re.compile(rb"^from:", re.I | re.M)
_SIGN = re.compile(rb"^(date|subject|message-id|received|mime-version|to):", re.I | re.M)


def looks_like_mail(content: bytes) -> bool:
    """Whether it begins with the headers of a mail."""
    head = _HEAD.match(content[:65_536].replace(b"\r\n", b"\n") + b"\n")
    if not head:
        return False
    signs = {sign.lower() for sign in _SIGN.findall(head[0])}
    return bool(_SENDER.search(head[0])) and len(signs) >= 2


def read_mail(content: bytes) -> Reading:
    """The subject as a heading, the other headers as items, then the words."""
    # The newer policies parse addresses in full, which a hostile header can make last for minutes.
    message = BytesParser(policy=policy.compat32).parsebytes(content)
    body, attached = _sort(message)
    headers = [item(f"{name}: {_header(message, name)}") for name in _SHOWN if message[name]]
    head = heading(1, _header(message, "Subject") or "Mail without a subject")
    text = "\n\n".join([head, "\n".join(headers), body])
    return Reading("eml", [(None, text)], notes=_said_of(attached))


def _sort(message: Message) -> tuple[str, list[str]]:
    """The words of the mail, and the names of what is attached to it."""
    plain: list[str] = []
    html: list[str] = []
    attached: list[str] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        if part.get_content_disposition() != "attachment" and kind in ("text/plain", "text/html"):
            (html if kind == "text/html" else plain).append(_text(part))
        elif kind == "message/rfc822":
            attached.append("a mail")
        elif part.get_filename() or part.get_content_disposition() == "attachment":
            attached.append(one_line(_decoded(part.get_filename() or ""))[:_LONGEST_NAME])
    written = "\n\n".join(plain).strip()
    return written or "\n\n".join(html_to_markdown(page) for page in html), attached


def _leaves(message: Message) -> Iterator[Message]:
    """The parts, in order; a mail inside the mail is one, and is not looked into."""
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from _leaves(part)


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    charset = known_charset(str(part.get_content_charset("")))
    return decode(payload if isinstance(payload, bytes) else b"", charset)


def _header(message: Message, name: str) -> str:
    return one_line(_decoded(str(message[name] or "")))


def _decoded(raw: str) -> str:
    """A header with its encoded words read: `=?utf-8?q?=C3=84?=`."""
    pieces = []
    for words, charset in decode_header(raw[:_LONGEST_HEADER]):
        if isinstance(words, bytes):
            words = words.decode(known_charset(charset or "") or "latin-1", "replace")
        pieces.append(words)
    return "".join(pieces)


def _said_of(attached: list[str]) -> tuple[str, ...]:
    if not attached:
        return ()
    names = [name or "a file without a name" for name in attached]
    return (f"I did not read what is attached to it: {first_names(names, _MOST_NAMES)}.",)
