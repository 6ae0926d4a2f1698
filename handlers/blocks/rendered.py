"""A message as Slack takes it: blocks, and the text for notifications and for those without."""

from collections.abc import Iterable
from datetime import UTC, datetime
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


def sections(lines: Iterable[str]) -> list[Block]:
    """The lines in as few blocks as hold them, none of them cut in two."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < MOST_TEXT:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return [section(text) for text in texts]


def moment(at: datetime, form: str = "{date_short_pretty}, {time}") -> str:
    """A time as each reader's own clock shows it; UTC where the client cannot.

    Source: docs.slack.dev, "Formatting message text", date formatting.
    """
    at = at.astimezone(UTC)
    plain = f"{at.day} {at:%b %Y}, {at:%H:%M} UTC" if "time" in form else f"{at.day} {at:%b %Y}"
    return f"<!date^{int(at.timestamp())}^{form}|{plain}>"
