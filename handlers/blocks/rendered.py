"""A message as Slack takes it: blocks, and the text for notifications and for those without."""

from typing import Any, NamedTuple

Block = dict[str, Any]

MOST_TEXT = 3_000
MOST_BLOCKS = 50


class Rendered(NamedTuple):
    """*text* says in mrkdwn all that the blocks say."""

    text: str
    blocks: list[Block]


def section(mrkdwn: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn[:MOST_TEXT]}}


def context(*mrkdwn: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text} for text in mrkdwn]}


def said(mrkdwn: str) -> Rendered:
    """One paragraph, the same in both forms."""
    return Rendered(mrkdwn, [section(mrkdwn)])
