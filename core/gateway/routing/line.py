"""A provider as the gateway sees it: its breaker, its pause, its places."""

import time
from collections.abc import Callable

from core.gateway.ports import Provider, ProviderError
from core.gateway.routing.breaker import Breaker, Right
from core.gateway.routing.fair_slots import FairSlots
from core.gateway.routing.limits import Limits

Clock = Callable[[], float]


class Line:
    """One per provider and process. Processes do not share it: each learns of an outage by itself,
    at the cost of a few failovers."""

    def __init__(self, provider: Provider, limits: Limits, clock: Clock = time.monotonic) -> None:
        self.provider = provider
        self.slots = FairSlots(limits.calls_at_once)
        self.breaker = Breaker(limits)
        self._limits = limits
        self._clock = clock
        self._paused_until = float("-inf")

    def is_open(self) -> bool:
        """Whether it may be asked now: no pause that it has asked for, no breaker."""
        now = self._clock()
        return now >= self._paused_until and self.breaker.allows(now)

    def begin(self) -> Right | None:
        """Take the right to one call; None when somebody else was quicker, or it pauses."""
        return self.breaker.begin(self._clock()) if self.is_open() else None

    def succeeded(self, right: Right) -> None:
        self.breaker.succeeded(right, self._clock())

    def failed(self, right: Right, error: ProviderError) -> None:
        """Retry-After is remembered, and never waited on. A request that is not taken for what stands
        in it is its tenant's own affair: it closes the provider to nobody else."""
        now = self._clock()
        if error.about_request:
            self.breaker.abandoned(right)
        else:
            self.breaker.failed(right, now)
        if error.retry_after is not None:
            pause = min(error.retry_after, self._limits.longest_pause_s)
            self._paused_until = max(self._paused_until, now + pause)

    def abandoned(self, right: Right) -> None:
        self.breaker.abandoned(right)
