"""Codes: what the app gets when somebody allows it, and may exchange once for a token."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass

CODE_S = 600.0
_KEPT = 5_000


@dataclass(frozen=True, kw_only=True)
class Consent:
    """Who let the app in where; `holder` is a workspace's or an organization's id."""

    holder: str
    person: str
    scopes: frozenset[str]
    redirect_uri: str


class Codes:
    """Codes that wait: each for ten minutes and one use."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, tuple[float, Consent]] = OrderedDict()

    def give(self, consent: Consent) -> str:
        """A new code for this consent."""
        code = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**13)}.{secrets.token_hex(32)}"
        self._waiting[code] = (time.monotonic() + CODE_S, consent)
        while len(self._waiting) > _KEPT:
            self._waiting.popitem(last=False)
        return code

    def take(self, code: str) -> Consent | None:
        """The consent behind a code, which is used up; None if it is not good (any more)."""
        until, consent = self._waiting.pop(code, (0.0, None))
        return consent if time.monotonic() < until else None
