"""So many calls at once, and tenants in turn: whoever holds least goes first."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from core.kernel.ids import TenantId


class NoSlot(Exception):
    """No place came free in the time that the caller had."""


class FairSlots:
    """The places at one provider. A tenant that asks a hundred times waits behind itself."""

    def __init__(self, places: int) -> None:
        if places < 1:
            raise ValueError("a provider takes at least one call")
        self._free = places
        self._held: Counter[TenantId] = Counter()
        # In the order in which each tenant began to wait.
        self._waiting: dict[TenantId, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def slot(self, tenant: TenantId, seconds: float) -> AsyncGenerator[None, None]:
        """Hold a place. Raises NoSlot after *seconds* without one."""
        await self._take(tenant, seconds)
        try:
            yield
        finally:
            self._give_back(tenant)

    async def _take(self, tenant: TenantId, seconds: float) -> None:
        if self._free:
            self._hold(tenant)
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant, deque()).append(place)
        try:
            async with asyncio.timeout(seconds):
                await place
        except BaseException as error:
            self._stop_waiting(tenant, place)
            if isinstance(error, TimeoutError):
                raise NoSlot from None
            raise

    def _hold(self, tenant: TenantId) -> None:
        self._free -= 1
        self._held[tenant] += 1

    def _give_back(self, tenant: TenantId) -> None:
        self._free += 1
        self._held[tenant] -= 1
        if not self._held[tenant]:
            del self._held[tenant]
        self._serve_next()

    def _serve_next(self) -> None:
        while self._waiting:
            # Of those that hold equally little, the one that has waited longest: `min` keeps order.
            tenant = min(self._waiting, key=lambda each: self._held[each])
            places = self._waiting.pop(tenant)
            place = places.popleft()
            if places:
                self._waiting[tenant] = places  # last in line again
            if not place.done():  # else it was given up, and whoever waited has not run since
                self._hold(tenant)
                place.set_result(None)
                return

    def _stop_waiting(self, tenant: TenantId, place: asyncio.Future[None]) -> None:
        if place.done() and not place.cancelled():
            # It was given the place in the moment in which it stopped waiting.
            self._give_back(tenant)
            return
        places = self._waiting.get(tenant)
        if places and place in places:
            places.remove(place)
            if not places:
                del self._waiting[tenant]
