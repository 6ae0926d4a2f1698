"""Where the product connects to on somebody's word: to public addresses, and to what the operator
allows besides.

A name proves nothing: whoever owns it decides what it resolves to, and may decide anew each time.
So a name is resolved once, all that comes of it is looked at, and the connection goes to one of
these very addresses (`guarded_http`).
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from core.kernel.errors import Refused, Unavailable

log = logging.getLogger(__name__)

Address = IPv4Address | IPv6Address
AnyNetwork = IPv4Network | IPv6Network
# A host's name and a port to the addresses it has now, as text.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

RESOLVE_SECONDS = 5.0
NOT_PUBLIC = "That address leads into a private network, so it is not connected to."
NOT_FOUND = "There is no server of that name, or its name could not be looked up."

# IPv6 in which an IPv4 address lies, and how many bits stand behind it.
_EMBEDDING: tuple[tuple[IPv6Network, int], ...] = (
    (IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
)
# What Python's registry calls global, or is silent about, and yet is no host on the internet.
_NEVER: tuple[AnyNetwork, ...] = tuple(
    map(
        ip_network,
        (
            "::/96",  # IPv4-compatible, given up in 2006
            "::ffff:0:0:0/96",  # IPv4-translated (SIIT)
            "64:ff9b:1::/48",  # NAT64 of a local network
            "2001::/32",  # Teredo: a tunnel to a machine behind a router
            "192.0.0.0/24",  # of the protocols themselves
            "192.88.99.0/24",  # the relays of 6to4
            "168.63.129.16/32",  # the host of a machine on Azure, at a public address
        ),
    )
)


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """What the system's resolver says now. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Network:
    """What may be connected to. *allowed*: what the operator allows although it is not public."""

    allowed: tuple[AnyNetwork, ...] = ()
    resolve: Resolve = resolve

    async def addresses_of(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses that *host* has now, all of them fit to connect to.

        Raises Refused when even one is not: a name that leads to both kinds is a trap. Raises
        Unavailable when there are none.
        """
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = tuple(map(ip_address, await self.resolve(host, port)))
        except (OSError, TimeoutError, ValueError, UnicodeError):
            raise Unavailable(NOT_FOUND) from None
        if not found:
            raise Unavailable(NOT_FOUND)
        if not all(self.is_open(address) for address in found):
            log.warning("a name leads to an address that is not connected to")
            raise Refused(NOT_PUBLIC)
        return tuple(map(str, found))

    def is_open(self, address: Address) -> bool:
        """Whether a connection may go there."""
        return all(self._is_allowed(one) or is_public(one) for one in meant_by(address))

    def is_near(self, address: Address) -> bool:
        """Whether it is this very machine, and the operator allows that: the one place where
        nothing need be encrypted."""
        [*_, meant] = meant_by(address)
        return meant.is_loopback and self._is_allowed(meant)

    def _is_allowed(self, address: Address) -> bool:
        return any(
            address.version == network.version and address in network for network in self.allowed
        )


def is_public(address: Address) -> bool:
    """Whether it is one host on the internet, whichever way it is written."""
    return all(_is_host_on_the_internet(one) for one in meant_by(address))


def meant_by(address: Address) -> tuple[Address, ...]:
    """The address, or in its place the IPv4 address that a packet to it is sent on to."""
    return tuple(_embedded(address)) or (address,)


def _embedded(address: Address) -> Iterator[IPv4Address]:
    if isinstance(address, IPv6Address):
        for network, behind in _EMBEDDING:
            if address in network:
                yield IPv4Address(int(address) >> behind & 0xFFFFFFFF)


def _is_host_on_the_internet(address: Address) -> bool:
    if any(address.version == network.version and address in network for network in _NEVER):
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not (isinstance(address, IPv6Address) and address.is_site_local)
    )
