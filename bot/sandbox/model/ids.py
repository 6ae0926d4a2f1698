"""Identifiers and timestamps that look like Slack's."""

import hashlib
import secrets
import string
import time

_ALPHABET = string.ascii_uppercase + string.digits


def fixed_id(prefix: str, *names: str) -> str:
    """An id that is the same at every start, so a kept database still knows the workspace."""
    number = int.from_bytes(hashlib.sha256("/".join((prefix, *names)).encode()).digest()[:8], "big")
    letters = []
    for _ in range(8):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return f"{prefix}0{''.join(letters)}"


def new_id(prefix: str) -> str:
    """A fresh id, for what does not outlive this process."""
    return f"{prefix}0{''.join(secrets.choice(_ALPHABET) for _ in range(8))}"


class Timestamps:
    """Slack's `ts`: seconds with six decimals as text, unique and rising."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        """The present moment, or one microsecond after the last one given out."""
        self._last = max(self._last + 1, time.time_ns() // 1_000)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
