"""One run of inline Markdown as mrkdwn."""

import re

from markdown_it.token import Token

from handlers.blocks.mrkdwn.escaping import BREAK, entities, escape

_MARKS = {"strong": "*", "em": "_", "s": "~"}
_SAFE_ADDRESS = re.compile(r"(https?|mailto):", re.IGNORECASE)


def inline_text(inline: Token) -> str:
    """The mrkdwn of an inline token of markdown-it."""
    line = _Line()
    for token in inline.children or []:
        line.add(token)
    return line.text


class _Line:
    """One run of inline text. Slack takes `*` for a mark only beside a space, so where there is
    none, an invisible one is put."""

    def __init__(self) -> None:
        self.text = ""
        self._just_closed = False
        self._links: list[tuple[str, int]] = []

    def add(self, token: Token) -> None:
        kind, _, side = token.type.rpartition("_")
        if kind in _MARKS:
            self._mark(_MARKS[kind], opens=side == "open")
        elif token.type == "link_open":
            self._links.append((str(token.attrGet("href") or ""), len(self.text)))
        elif token.type == "link_close":
            self._close_link(*self._links.pop())
        elif token.type == "code_inline":
            self._put("`" + entities(token.content).replace("`", "ˋ") + "`")
        elif token.type in ("softbreak", "hardbreak"):
            self._put("\n")
        else:
            self._put(escape(token.content))

    def _mark(self, mark: str, *, opens: bool) -> None:
        if opens and self.text[-1:].isalnum():
            mark = BREAK + mark
        self.text += mark
        self._just_closed = not opens

    def _put(self, text: str) -> None:
        if self._just_closed and text[:1].isalnum():
            text = BREAK + text
        self._just_closed = False
        self.text += text

    def _close_link(self, address: str, start: int) -> None:
        label = self.text[start:].replace("\n", " ").replace("|", "¦")
        if not _SAFE_ADDRESS.match(address):
            return
        for character, code in (("|", "%7C"), ("<", "%3C"), (">", "%3E")):
            address = address.replace(character, code)
        address = address.replace("&", "&amp;")
        linked = f"<{address}>" if label in ("", address) else f"<{address}|{label}>"
        self.text = self.text[:start] + linked
