"""Markdown as Slack's older mrkdwn, for notifications and for what has no markdown block."""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.kernel.addresses import NO_ADDRESSES, AllowedAddresses
from handlers.blocks.markdown import neutral
from handlers.blocks.mrkdwn.escaping import BREAK, entities
from handlers.blocks.mrkdwn.inline import inline_text

_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def to_mrkdwn(markdown: str, allowed: AllowedAddresses = NO_ADDRESSES) -> str:
    """*markdown* in Slack's mrkdwn; `<!`, `<@` and `<#` of the text stay text, and so does each
    address but the *allowed* ones."""
    blocks = _Blocks(_parser.parse(neutral(markdown, allowed)))
    return "\n\n".join(blocks.until(None)).strip("\n")


class _Blocks:
    """Walks the parser's flat list of tokens and gives one text for each block."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = iter(tokens)

    def until(self, end: str | None) -> Iterator[str]:
        for token in self._tokens:
            if token.type == end:
                return
            text = self._block(token)
            if text:
                yield text

    def _block(self, token: Token) -> str:
        match token.type:
            case "inline":
                return inline_text(token)
            case "heading_open":
                return "*" + " ".join(self.until("heading_close")).replace("*", "") + "*"
            case "fence" | "code_block":
                return _code(token.content)
            case "blockquote_open":
                quoted = "\n\n".join(self.until("blockquote_close"))
                return "\n".join(f">{line}" for line in quoted.split("\n"))
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token)
            case "table_open":
                return self._table()
            case "hr":
                return "──────────"
        return ""

    def _list(self, opening: Token) -> str:
        end = opening.type.replace("_open", "_close")
        number = int(opening.attrGet("start") or 1)
        lines = []
        for token in self._tokens:
            if token.type == end:
                break
            if token.type == "list_item_open":
                mark = "•" if opening.type.startswith("bullet") else f"{number}."
                number += 1
                item = "\n".join(self.until("list_item_close"))
                lines.append(f"{mark} {item}".replace("\n", "\n    "))
        return "\n".join(lines)

    def _table(self) -> str:
        rows: list[list[str]] = []
        for token in self._tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(_plain(token))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = (
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )
        return _code("\n".join(lines))


def _code(text: str) -> str:
    text = text.rstrip("\n").replace("```", f"``{BREAK}`")
    return f"```\n{entities(text)}\n```"


def _plain(inline: Token) -> str:
    """A table cell: what it says, without its marks."""
    return "".join(child.content for child in inline.children or [])
