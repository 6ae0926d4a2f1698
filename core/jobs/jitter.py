"""Chance, for delays: what went wrong together shall not come back together."""

import random


def jitter() -> float:
    """A number in [0, 1). It spreads, and hides nothing: no secret is ever made of it."""
    return random.random()  # noqa: S311
