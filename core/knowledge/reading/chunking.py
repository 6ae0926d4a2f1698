"""Cut a document into chunks along its own structure.

A chunk never crosses a heading or a page, keeps code and tables whole when they fit, and knows the
headings above it. The limit is below the 256 pieces the embedding model can read, headings counted.
"""

import re
from collections.abc import Iterable, Iterator

from core.knowledge.model import HEADING_SEPARATOR, MAX_CHUNKS, Chunk
from core.knowledge.ports import Block, Part
from core.knowledge.reading.splitting import Count, split_fence, split_table, split_text

LIMIT = 220  # word pieces in one chunk, headings included
_HEADING_SHARE = 60  # of these at most for the headings

_WORD = re.compile(r"\w+|[^\w\s]")
_LETTERS_A_PIECE = 4


def chunk(
    parts: Iterable[Part], count: Count, limit: int = LIMIT, most: int = MAX_CHUNKS + 1
) -> list[Chunk]:
    """The chunks of a document in reading order; *count* says how long a text is in pieces.

    Stops after *most*: a document that has more is not going to be kept.
    """
    made: list[Chunk] = []
    headings: list[tuple[int, str]] = []
    for part in parts:
        for heading, text in _sections(part.blocks, headings, count, limit):
            made.append(Chunk(len(made), heading, part.page, text))
            if len(made) >= most:
                return made
    return made


def estimate_pieces(text: str) -> int:
    """Word pieces of *text* when the model's vocabulary is not at hand; rather too many."""
    return sum(1 + (len(word) - 1) // _LETTERS_A_PIECE for word in _WORD.findall(text))


def _sections(
    blocks: Iterable[Block], headings: list[tuple[int, str]], count: Count, limit: int
) -> Iterator[tuple[str, str]]:
    """Heading path and text of each chunk; *headings* runs on from one page to the next."""
    held: list[Block] = []
    for block in blocks:
        if block.kind != "heading":
            held.append(block)
            continue
        yield from _pack_section(_path(headings, count), held, count, limit)
        held.clear()
        headings[:] = [entry for entry in headings if entry[0] < block.level]
        headings.append((block.level, block.text))
    yield from _pack_section(_path(headings, count), held, count, limit)


def _pack_section(
    path: str, blocks: list[Block], count: Count, limit: int
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


def _pieces(blocks: list[Block], count: Count, limit: int) -> Iterator[str]:
    split = {"text": split_text, "table": split_table, "fence": split_fence, "heading": split_text}
    for block in blocks:
        if count(block.text) <= limit:
            yield block.text
        else:
            yield from split[block.kind](block.text, count, limit)


def _path(headings: list[tuple[int, str]], count: Count) -> str:
    """`A › B`; the outer headings go first when the path is too long to leave room for text."""
    words = [text for _, text in headings]
    while len(words) > 1 and count(HEADING_SEPARATOR.join(words)) > _HEADING_SHARE:
        words.pop(0)
    path = HEADING_SEPARATOR.join(words)
    return next(split_text(path, count, _HEADING_SHARE), "")
