"""A circuit breaker: a provider that keeps failing is left alone for a while, then probed.

Source: Michael Nygard, Release It, "Circuit Breaker".
"""

from collections import deque
from typing import Literal

from core.gateway.routing.limits import Limits

State = Literal["closed", "open", "half-open"]
# What a call was let out for. Only the probe says whether the provider is well again: a call that
# was begun before the breaker opened may end at any time, and says how it was then.
Right = Literal["call", "probe"]
_REMEMBERED = 200  # outcomes; more of them say nothing more


class Breaker:
    """Of one provider. Every method takes the time, in seconds of a clock that never goes back."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._outcomes: deque[tuple[float, bool]] = deque(maxlen=_REMEMBERED)
        self._opened_at: float | None = None
        self._probing = False

    def state(self, now: float) -> State:
        if self._opened_at is None:
            return "closed"
        rested = now - self._opened_at >= self._limits.breaker_rest_s
        return "half-open" if rested else "open"

    def allows(self, now: float) -> bool:
        """Whether a call may go out. One probe at a time, once the provider has rested."""
        state = self.state(now)
        return state == "closed" or (state == "half-open" and not self._probing)

    def begin(self, now: float) -> Right | None:
        """Take the right to a call. The caller reports with it: `succeeded`, `failed` or `abandoned`."""
        if not self.allows(now):
            return None
        if self.state(now) == "closed":
            return "call"
        self._probing = True
        return "probe"

    def succeeded(self, right: Right, now: float) -> None:
        if right == "probe":
            self._outcomes.clear()
            self._opened_at, self._probing = None, False
        if self._opened_at is None:
            self._outcomes.append((now, True))

    def failed(self, right: Right, now: float) -> None:
        """Opens at enough failures, unless more calls than that went well: at a hundred calls a
        minute five failures are no outage. A failed probe opens it anew."""
        if right == "probe":
            self._opened_at, self._probing = now, False
        if self._opened_at is not None:
            return
        self._outcomes.append((now, False))
        recent = [ok for at, ok in self._outcomes if now - at <= self._limits.breaker_window_s]
        failures = recent.count(False)
        if failures >= max(self._limits.breaker_failures, len(recent) / 2):
            self._opened_at = now

    def abandoned(self, right: Right) -> None:
        """The call was given up by the person, which says nothing about the provider."""
        if right == "probe":
            self._probing = False
