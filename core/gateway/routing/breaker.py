"""A circuit breaker: a provider that keeps failing is left alone for a while, then probed.

Source: Michael Nygard, Release It, "Circuit Breaker".
"""

from collections import deque
from typing import Literal

from core.gateway.routing.limits import Limits

State = Literal["closed", "open", "half-open"]
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

    def begin(self, now: float) -> bool:
        """Take the right to a call. The caller reports `succeeded`, `failed` or `abandoned`."""
        if not self.allows(now):
            return False
        self._probing = self.state(now) == "half-open"
        return True

    def succeeded(self, now: float) -> None:
        if self._probing:
            self._outcomes.clear()
        self._opened_at, self._probing = None, False
        self._outcomes.append((now, True))

    def failed(self, now: float) -> None:
        """Opens at enough failures, unless more calls than that went well: at a hundred calls a
        minute five failures are no outage. A failed probe opens it anew."""
        if self._probing:
            self._opened_at, self._probing = now, False
            return
        self._outcomes.append((now, False))
        recent = [ok for at, ok in self._outcomes if now - at <= self._limits.breaker_window_s]
        failures = recent.count(False)
        enough = failures >= max(self._limits.breaker_failures, len(recent) / 2)
        if self._opened_at is None and enough:
            self._opened_at = now

    def abandoned(self) -> None:
        """The call was given up by the person, which says nothing about the provider."""
        self._probing = False
