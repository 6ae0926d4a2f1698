"""Cut a document into chunks along its own structure.

A chunk never crosses a heading or a page, keeps code and tables whole when they fit, and knows the
headings above it. The limit is below the 256 pieces the embedding model can read, headings counted.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.knowledge.model import HEADING_SEPARATOR, Chunk
from core.knowledge.ports import Part
from core.knowledge.reading.splitting import Count, split_fence, split_table, split_text

LIMIT = 220  # word pieces in one chunk, headings included
_HEADING_SHARE = 60  # of these at most for the headings

BlockKind = Literal["heading", "text", "table", "fence"]

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_WORD = re.compile(r"\w+|[^\w\s]")
_LETTERS_A_PIECE = 4


@dataclass(frozen=True, slots=True)
class _Block:
    kind: BlockKind
    text: str
    level: int = 0  # of a heading, from 1


def chunk(parts: Iterable[Part], count: Count, limit: int = LIMIT) -> list[Chunk]:
    """The chunks of a document in reading order; *count* says how long a text is in pieces."""
    made: list[Chunk] = []
    headings: list[tuple[int, str]] = []
    for part in parts:
        for heading, text in _sections(part.text, headings, count, limit):
            made.append(Chunk(len(made), heading, part.page, text))
    return made


def estimate_pieces(text: str) -> int:
    """Word pieces of *text* when the model's vocabulary is not at hand; rather too many."""
    return sum(1 + (len(word) - 1) // _LETTERS_A_PIECE for word in _WORD.findall(text))


def _sections(
    text: str, headings: list[tuple[int, str]], count: Count, limit: int
) -> Iterator[tuple[str, str]]:
    """Heading path and text of each chunk; *headings* runs on from one page to the next."""
    held: list[_Block] = []
    for block in _blocks(_FRONT_MATTER.sub("", text)):
        if block.kind != "heading":
            held.append(block)
            continue
        yield from _pack_section(_path(headings, count), held, count, limit)
        held.clear()
        headings[:] = [entry for entry in headings if entry[0] < block.level]
        headings.append((block.level, block.text))
    yield from _pack_section(_path(headings, count), held, count, limit)


def _pack_section(
    path: str, blocks: list[_Block], count: Count, limit: int
) -> Iterator[tuple[str, str]]:
    left = limit - count(path)
    held: list[str] = []
    size = 0
    for piece in _pieces(blocks, count, left):
        length = count(piece)
        if held and size + length > left:
            yield path, "\n\n".join(held)
            held, size = [], 0
        held.append(piece)
        size += length
    if held:
        yield path, "\n\n".join(held)


def _pieces(blocks: list[_Block], count: Count, limit: int) -> Iterator[str]:
    split = {"text": split_text, "table": split_table, "fence": split_fence, "heading": split_text}
    for block in blocks:
        if count(block.text) <= limit:
            yield block.text
        else:
            yield from split[block.kind](block.text, count, limit)


def _blocks(text: str) -> Iterator[_Block]:
    lines = text.split("\n")
    tokens = _MARKDOWN.parse(text)
    for index, token in enumerate(tokens):
        if token.level or token.map is None or token.nesting < 0:
            continue
        if token.type == "heading_open":
            words = _plain(tokens[index + 1])
            if words:
                yield _Block("heading", words, int(token.tag[1]))
            continue
        first, last = token.map
        block = "\n".join(lines[first:last]).strip("\n")
        if block.strip() and token.type != "hr":
            yield _Block(_kind(token.type), block)


def _kind(mark: str) -> BlockKind:
    if mark == "table_open":
        return "table"
    return "fence" if mark == "fence" else "text"


def _plain(inline: Token) -> str:
    """The words of a heading without its markup."""
    return " ".join("".join(child.content for child in inline.children or ()).split())


def _path(headings: list[tuple[int, str]], count: Count) -> str:
    """`A › B`; the outer headings go first when the path is too long to leave room for text."""
    words = [text for _, text in headings]
    while len(words) > 1 and count(HEADING_SEPARATOR.join(words)) > _HEADING_SHARE:
        words.pop(0)
    path = HEADING_SEPARATOR.join(words)
    return next(split_text(path, count, _HEADING_SHARE), "")
