"""Slack's own markup: made from Markdown, and made safe for text from anywhere."""

from handlers.blocks.mrkdwn.convert import to_mrkdwn
from handlers.blocks.mrkdwn.escaping import escape

__all__ = ["escape", "to_mrkdwn"]
