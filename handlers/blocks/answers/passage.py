"""A passage behind a source, as a window: where it stands, and its very words."""

from collections.abc import Iterator

from core.knowledge.access.open_passage import OpenedPassage
from handlers.blocks.agents.buttons import Json, plain
from handlers.blocks.markdown import neutral_name
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import MOST_TEXT, Block, Rendered, section

MOST_PIECES = 8  # sections of MOST_TEXT letters
CUT = "The passage goes on; it is too long to be shown whole."


def passage_view(passage: OpenedPassage) -> Json:
    """docs.slack.dev, views: a modal to read. The document's words are plain text: nothing is live."""
    return {
        "type": "modal",
        "title": plain("Source", 24),
        "close": plain("Close"),
        "blocks": [section(_where(passage)), *_pieces(passage.text)],
    }


def passage_message(passage: OpenedPassage) -> Rendered:
    """The same for who pressed, where the window may not be opened any more."""
    return Rendered(_where(passage), [section(_where(passage)), *_pieces(passage.text)])


def _where(passage: OpenedPassage) -> str:
    """Names are somebody's words: harmless, and on one line."""
    page = f", page {passage.page}" if passage.page is not None else ""
    heading = _name(passage.heading)
    return f"*{_name(passage.title) or 'Untitled'}*{page}" + (f"\n{heading}" if heading else "")


def _name(text: str) -> str:
    return escape(neutral_name(" ".join(text.split()))[:500])


def _pieces(text: str) -> Iterator[Block]:
    pieces = [text[start : start + MOST_TEXT] for start in range(0, len(text), MOST_TEXT)]
    for piece in pieces[:MOST_PIECES]:
        yield {"type": "section", "text": {"type": "plain_text", "text": piece, "emoji": False}}
    if len(pieces) > MOST_PIECES:
        yield section(CUT)
