"""What in a message a client could act on, by rules of its own: none of the product's is used here."""

import re
from collections.abc import Iterator
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.rendering.writing import NAMED

_BESIDE = "\\()[]*_~'\",.;:!?`“”"
# A backtick ends an address: what a model writes directly before one is kept apart from it.
_SCHEME = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.\-]{0,30}://[^\s<>`]+|mailto:[^\s<>`]+|www\.[^\s<>`]+", re.IGNORECASE
)
_LINK = re.compile(r"\]\([^\s()<>]*\)")  # markdown-it tells of these
_HOST = re.compile(
    r"(?<![\w.\-/@])(?:[\w\-]++\.)++(?:com|example|org|net|io|md|py|dev)(?![\w\-])"
    r"(?:[/?#:][^\s<>()\[\]|*~`\"'“”]*)?"
    r"|(?<![\w.+\-])[\w.+\-]++@(?:[\w\-]++\.)+[a-zA-Z]{2,}",
    re.IGNORECASE,
)
_SLACKS = re.compile(r"<[!@#]|@(?:channel|here|everyone)", re.IGNORECASE)
_CHANNEL = re.compile(r"(?<![\w&#])#(?!\d+\b)[a-z]{4,}")
_LOADING = re.compile(r"<\s*/?(?:img|a|script|iframe|pre|style)\b|<!--", re.IGNORECASE)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u2060-\u206f\u202a-\u202e\ufeff\U000e0000-\U000e0fff]"
)
_NAMED = {address.lower().removeprefix("mailto:") for address in NAMED}
_NAMED |= {re.sub(r"^https?://", "", address) for address in _NAMED}
_parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_TOKEN = re.compile(r"<([^<>|]*)(?:\|[^<>]*)?>")


def live_in(markdown: str) -> list[str]:
    """All that a client could follow, load, ping or hide."""
    found = [match[0] for match in _SLACKS.finditer(markdown)]
    found += [ascii(match[0]) for match in _UNSEEN.finditer(markdown)]
    found += _unnamed(_SCHEME, _LINK.sub("] ", markdown))
    for token in _flat(_parser.parse(markdown)):
        if token.type == "image":
            found.append(f"image {token.attrs}")
        elif token.type == "link_open" and not _is_named(str(token.attrs["href"])):
            found.append(f"link {token.attrs}")
        elif token.type == "html_block" or (
            token.type == "html_inline" and _LOADING.search(token.content)
        ):
            found.append(token.content)
        elif token.type == "text":
            found += _unnamed(_HOST, token.content)
            found += _CHANNEL.findall(token.content)
    return found


def live_in_mrkdwn(text: str) -> list[str]:
    """The same of a message's text in mrkdwn, where links stand in angle brackets."""
    found = [match[0] for match in re.finditer(r"<[!@#]|@(?:channel|here|everyone)", text, re.I)]
    found += [token[1] for token in _TOKEN.finditer(text) if not _is_named(token[1])]
    return found + _unnamed(_SCHEME, unescape(_TOKEN.sub(" ", text)))


def left_open(markdown: str) -> bool:
    """Whether a fence of the message swallows what would follow it."""
    tokens = _parser.parse(markdown + "\n\nWhat follows.")
    return not any(t.type == "inline" and t.content == "What follows." for t in tokens)


def _unnamed(pattern: re.Pattern[str], text: str) -> list[str]:
    return [match[0] for match in pattern.finditer(text) if not _is_named(match[0])]


def _is_named(address: str) -> bool:
    address = address.replace("&amp;", "&").strip(_BESIDE).lower()
    return address in _NAMED or address.removeprefix("mailto:") in _NAMED


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])
