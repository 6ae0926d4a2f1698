"""Text from anywhere, made safe to stand inside mrkdwn."""

import re

BREAK = "\u200b"
_LOOSE_MARK = re.compile(r"(?<!\w)[*_~`]|[*_~`](?!\w)")


def entities(text: str) -> str:
    """The three characters Slack gives a meaning to, as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape(text: str) -> str:
    """No tokens, and no formatting of its own: what stood as `*x*` is shown as `*x*`."""
    return _LOOSE_MARK.sub(lambda mark: BREAK + mark[0] + BREAK, entities(text))
