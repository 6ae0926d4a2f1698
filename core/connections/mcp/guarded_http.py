"""HTTP to one server and no other: at the addresses that were looked at, encrypted, and bounded.

The name is resolved once, when the client is opened, and the connections go to what came of it: a
name that resolves to something else a moment later changes nothing. What TLS verifies and what the
server is told is still the name.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from ssl import SSLContext

import httpx2

from core.connections.network import Network
from core.kernel.errors import Refused
from core.kernel.secret import Secret

TIMEOUT = httpx2.Timeout(connect=5.0, read=30.0, write=10.0, pool=5.0)
MOST_BYTES = 2_000_000  # of all answers in one conversation with a server
MOST_REQUESTS = 24
# A goodbye is polite, and nobody waits for it.
GOODBYE = httpx2.Timeout(1.0).as_dict()
NOT_ENCRYPTED = "That address is not encrypted. Please use https://"
_PORTS = {"https": 443, "http": 80}


class OutOfBounds(httpx2.TransportError):
    """The server wants more of us than it may have."""


@dataclass(slots=True)
class Line:
    """What was seen of a conversation with a server: enough to say in words what went wrong."""

    requests: int = 0
    received: int = 0
    status: int = 0  # of the last answer
    trouble: str = ""

    def stop(self, trouble: str) -> OutOfBounds:
        self.trouble = self.trouble or trouble
        return OutOfBounds(trouble)


@dataclass(slots=True)
class _Bounded(httpx2.AsyncByteStream):
    """The body of an answer, as long as it may be."""

    inner: httpx2.AsyncByteStream
    line: Line

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self.inner:
            self.line.received += len(piece)
            if self.line.received > MOST_BYTES:
                raise self.line.stop("too much")
            yield piece

    async def aclose(self) -> None:
        await self.inner.aclose()


@dataclass(slots=True)
class PinnedTransport(httpx2.AsyncBaseTransport):
    """Carries requests to *origin* alone, and to *addresses* whatever its name resolves to."""

    origin: httpx2.URL
    addresses: tuple[str, ...]
    inner: httpx2.AsyncBaseTransport
    line: Line = field(default_factory=Line)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if _origin(request.url) != _origin(self.origin):
            raise self.line.stop("elsewhere")
        if request.method == "GET":
            # What a server would like to say unasked is not listened to.
            return httpx2.Response(405, request=request)
        self.line.requests += 1
        if self.line.requests > MOST_REQUESTS:
            raise self.line.stop("too often")
        response = await self._sent(request)
        self.line.status = response.status_code
        if response.is_redirect:
            self.line.trouble = self.line.trouble or "redirect"
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            # Nothing packed was asked for: unpacked it could be of any size.
            await response.aclose()
            raise self.line.stop("packed")
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream, self.line)
        return response

    async def _sent(self, request: httpx2.Request) -> httpx2.Response:
        """At the first of the addresses that takes a connection; from then on at that one alone."""
        parting = {"timeout": GOODBYE} if request.method == "DELETE" else {}
        for address in self.addresses:
            pinned = httpx2.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,  # the Host header is the name
                stream=request.stream,
                extensions={**request.extensions, **parting, "sni_hostname": self.origin.host},
            )
            try:
                response = await self.inner.handle_async_request(pinned)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
            self.addresses = (address,)
            return response
        raise httpx2.ConnectError("none of the addresses takes a connection", request=request)

    async def aclose(self) -> None:
        await self.inner.aclose()


@asynccontextmanager
async def open_guarded(
    network: Network, url: str, token: Secret | None, verify: SSLContext | None = None
) -> AsyncIterator[tuple[httpx2.AsyncClient, Line]]:
    """A client for one server. Raises Refused for an address that is not connected to, and
    Unavailable for a name that has none. *verify*: other certificates than the system's."""
    origin = httpx2.URL(url)
    port = origin.port or _PORTS[origin.scheme]
    addresses = await network.addresses_of(origin.host, port)
    if origin.scheme != "https" and not all(network.is_near(ip_address(a)) for a in addresses):
        raise Refused(NOT_ENCRYPTED)
    inner = httpx2.AsyncHTTPTransport(
        verify=verify or True,
        trust_env=False,
        limits=httpx2.Limits(max_connections=4, max_keepalive_connections=4),
    )
    transport = PinnedTransport(origin, addresses, inner)
    client = httpx2.AsyncClient(
        transport=transport,
        headers=_headers(token),
        timeout=TIMEOUT,
        follow_redirects=False,
        max_redirects=0,  # the SDK would follow those within the origin
        trust_env=False,
    )
    async with client:
        yield client, transport.line


def _headers(token: Secret | None) -> Mapping[str, str]:
    headers = {"accept-encoding": "identity", "user-agent": "aegis"}
    return headers | ({"authorization": f"Bearer {token.reveal()}"} if token else {})


def _origin(url: httpx2.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme, 0)
