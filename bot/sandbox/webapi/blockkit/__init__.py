"""Block Kit: which blocks a message may hold, and what is wrong with those it may not."""

from bot.sandbox.webapi.blockkit.blocks import problems_in, with_ids

__all__ = ["problems_in", "with_ids"]
