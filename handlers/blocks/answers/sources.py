"""What stands below an answer: the places in documents that it cites."""

from collections.abc import Sequence

from core.conversations.model import Source
from handlers.blocks.agents.buttons import actions, button
from handlers.blocks.markdown import neutral_name
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import MOST_TEXT, Block, context

OPEN = "answer.source"
MOST_BUTTONS = 10

MOST_ELEMENTS = 10
LONGEST_NAME = 140  # characters of a title, or of a path of headings


def source_blocks(sources: Sequence[Source]) -> list[Block]:
    """`Sources` with a line for each, and a button for each that can be opened. Empty without any."""
    if not sources:
        return []
    texts = ["*Sources*"]
    for line in (_line(source, mark="*") for source in sources):
        if len(texts[-1]) + len(line) + 1 > MOST_TEXT:
            texts.append(line)
        else:
            texts[-1] += f"\n{line}"
    opened = [one for one in sources if one.document_id][:MOST_BUTTONS]
    buttons = [
        # The message says which answer it is of; the number, which of its sources.
        button(f"Open [{one.number}]", f"{OPEN}.{one.number}", str(one.number))
        for one in opened
    ]
    return [context(*texts[:MOST_ELEMENTS]), *([actions(*buttons)] if buttons else [])]


def source_text(sources: Sequence[Source]) -> str:
    """The same as plain lines, for messages without blocks. Empty without sources."""
    if not sources:
        return ""
    return "\n".join(["Sources", *(_line(source, mark="") for source in sources)])


def _line(source: Source, *, mark: str) -> str:
    place = f"{mark}{_name(source.title) or 'Untitled'}{mark}"
    if source.page is not None:
        place += f", page {source.page}"
    heading = _name(source.heading)
    return f"[{source.number}] {place}" + (f" · {heading}" if heading else "")


def _name(text: str) -> str:
    """On one line, within bounds, and without anything Slack would act on."""
    text = neutral_name(" ".join(text.split()))
    return escape(text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…")
