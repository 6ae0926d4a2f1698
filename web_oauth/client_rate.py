"""How often one client may ask for what costs something: a burst, and then now and then."""

import time
from collections.abc import Callable
from ipaddress import ip_address

from aiohttp import web

KEPT = 10_000  # clients that are remembered


class ClientRate:
    """Of this process. *burst* at once, and one every *seconds* after that."""

    def __init__(
        self, burst: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ahead = burst * seconds
        self._seconds = seconds
        self._clock = clock
        self._until: dict[str, float] = {}  # client → when it has used up nothing any more

    def wait(self, client: str) -> float:
        """Seconds until this client may ask; 0 when it may now, which is then counted."""
        now = self._clock()
        until = max(self._until.get(client, now), now) + self._seconds
        if until - now > self._ahead:
            return until - now - self._ahead
        if client not in self._until and len(self._until) >= KEPT:
            self._until = {who: at for who, at in self._until.items() if at > now}
            if len(self._until) >= KEPT:
                self._until.clear()
        self._until[client] = until
        return 0.0


def client_of(request: web.Request, proxies: int) -> str:
    """Who asks: the address of the connection, or with *proxies* before us the one that the first of
    them wrote down. What a client writes there itself stands further left and counts for nothing.

    Of IPv6 the /64, which is what one household or machine has.
    """
    address = request.remote or ""
    if proxies:
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
        if len(forwarded) >= proxies:
            address = forwarded[-proxies].strip()
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if found.version == 4:
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else f"{found.packed[:8].hex()}/64"
