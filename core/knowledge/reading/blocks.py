"""Markdown cut into blocks: headings, tables, code and the rest.

Done in the process that reads, because a hostile text can make it take as long as it likes.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from core.knowledge.ports import Block, BlockKind

LONGEST_HEADING = 300  # characters; the markup in a longer one is not worth the time

# Only what stands in a heading is read letter by letter. A definition of a link is text here.
_BLOCKS = MarkdownIt("commonmark").enable("table").disable(["inline", "reference"])
_INLINE = MarkdownIt("commonmark")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def blocks_of(text: str) -> Iterator[Block]:
    """The blocks of a text in reading order; what says nothing is left out."""
    text = _FRONT_MATTER.sub("", text)
    lines = text.split("\n")
    tokens = _BLOCKS.parse(text)
    for index, token in enumerate(tokens):
        if token.level or token.map is None or token.nesting < 0:
            continue
        if token.type == "heading_open":
            words = _plain(tokens[index + 1].content)
            if words:
                yield Block("heading", words, int(token.tag[1]))
            continue
        first, last = token.map
        block = "\n".join(lines[first:last]).strip("\n")
        if block.strip() and token.type != "hr":
            yield Block(_kind(token.type), block)


def _kind(mark: str) -> BlockKind:
    if mark == "table_open":
        return "table"
    return "fence" if mark == "fence" else "text"


def _plain(heading: str) -> str:
    """The words of a heading without its markup."""
    if len(heading) <= LONGEST_HEADING:
        (inline,) = _INLINE.parseInline(heading)
        heading = "".join(child.content for child in inline.children or ())
    return " ".join(heading.split())
