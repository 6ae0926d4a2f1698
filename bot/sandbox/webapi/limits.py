"""Slack's rate limits: a tier is so many calls a minute for each method and workspace."""

import math
import time
from collections import defaultdict, deque

from bot.sandbox.webapi.table import Method

CALLS_A_MINUTE = {"1": 1, "2": 20, "3": 50, "4": 100}
_MINUTE_S = 60.0
# One message a second for each channel, with a short burst: two at once are let through.
_POST_S = 1.0
_POST_BURST_S = 1.0


class RateLimits:
    """Counts calls that were let through; methods with limits of their own are not counted,
    but for chat.postMessage."""

    def __init__(self) -> None:
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._next_post: dict[tuple[str, str], float] = {}

    def wait_s(self, method: Method, holder: str, channel: str) -> int:
        """0, and the call counts; else the whole seconds to wait (`Retry-After`)."""
        now = time.monotonic()
        if method.name == "chat.postMessage":
            return self._wait_to_post(holder, channel, now)
        allowed = CALLS_A_MINUTE.get(method.tier)
        if allowed is None:
            return 0
        calls = self._calls[holder, method.name]
        while calls and calls[0] <= now - _MINUTE_S:
            calls.popleft()
        if len(calls) >= allowed:
            return math.ceil(calls[0] + _MINUTE_S - now)
        calls.append(now)
        return 0

    def _wait_to_post(self, holder: str, channel: str, now: float) -> int:
        due = max(self._next_post.get((holder, channel), now), now)
        if due - now > _POST_BURST_S:
            return math.ceil(due - now - _POST_BURST_S)
        self._next_post[holder, channel] = due + _POST_S
        return 0
