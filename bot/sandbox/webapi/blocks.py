"""Block Kit, checked before anything is shown."""

from typing import Any


def problems_in(blocks: list[Any]) -> list[str]:
    """What is wrong with these blocks, one line each; empty when they are right."""
    wrong = [] if len(blocks) <= 50 else ["no more than 50 items allowed [json-pointer:/blocks]"]
    return wrong + [
        f"must be an object [json-pointer:/blocks/{n}]"
        for n, b in enumerate(blocks)
        if not isinstance(b, dict)
    ]
