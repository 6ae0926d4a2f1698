"""A model's Markdown made fit for Slack: harmless, cut to size, streamed without broken tokens."""

from handlers.blocks.markdown.neutral import Neutralizer, neutral, neutral_name
from handlers.blocks.markdown.normal import normalise
from handlers.blocks.markdown.split import MESSAGE_CHARACTERS, Cut, cut_markdown, split_markdown
from handlers.blocks.markdown.stream import Piece, StreamSplitter, Turnover

__all__ = [
    "MESSAGE_CHARACTERS",
    "Cut",
    "Neutralizer",
    "Piece",
    "StreamSplitter",
    "Turnover",
    "cut_markdown",
    "neutral",
    "neutral_name",
    "normalise",
    "split_markdown",
]
