"""An answer cut into messages that chat.postMessage and chat.update take: text and blocks of each."""

from dataclasses import dataclass, replace

from core.conversations.model import Source
from core.kernel.addresses import NO_ADDRESSES, AllowedAddresses
from handlers.blocks.answers.sources import source_blocks, source_text
from handlers.blocks.markdown import split_markdown
from handlers.blocks.mrkdwn import to_mrkdwn
from handlers.blocks.rendered import Block

# chat.update takes 4,000 characters of text; escaping makes some longer than they were.
LARGEST_TEXT = 4_000
LARGEST_PIECE = 3_000
SMALLEST_PIECE = 400


@dataclass(frozen=True, slots=True)
class Piece:
    """The text every client can show, and the blocks that show it better."""

    text: str
    blocks: list[Block]


def pieces_of(
    answer: str,
    sources: tuple[Source, ...],
    limit: int,
    blocks_too: bool = True,
    allowed: AllowedAddresses = NO_ADDRESSES,
    below: list[Block] | None = None,
) -> list[Piece]:
    """Messages of at most *limit* characters of Markdown; the sources stand below the last, and then
    what is *below* an answer anyway."""
    texts = [
        text for text in split_markdown(answer, limit) for text in _fitting(text, limit, allowed)
    ]
    listed = source_text(sources)
    if listed and (
        not texts or len(to_mrkdwn(texts[-1], allowed)) + len(listed) + 2 > LARGEST_TEXT
    ):
        texts.append("")
    found = [_piece(text, (), blocks_too, allowed) for text in texts[:-1]]
    last = _piece(texts[-1] if texts else "", sources, blocks_too, allowed)
    # A message of these blocks alone would say nothing.
    if below and last.blocks:
        last = replace(last, blocks=[*last.blocks, *below])
    return [*found, last]


def _fitting(text: str, limit: int, allowed: AllowedAddresses) -> list[str]:
    """Smaller where the mrkdwn of a piece is too long, as it is for one that is full of `&`."""
    if len(to_mrkdwn(text, allowed)) <= LARGEST_TEXT or limit <= SMALLEST_PIECE:
        return [text]
    half = limit // 2
    pieces = split_markdown(text, half)
    return [small for piece in pieces for small in _fitting(piece, half, allowed)]


def _piece(
    text: str, sources: tuple[Source, ...], blocks_too: bool, allowed: AllowedAddresses
) -> Piece:
    blocks: list[Block] = [{"type": "markdown", "text": text}] if text.strip() else []
    blocks += source_blocks(sources)
    words = "\n\n".join(part for part in (to_mrkdwn(text, allowed), source_text(sources)) if part)
    return Piece(words[:LARGEST_TEXT] or "…", blocks if blocks_too else [])
