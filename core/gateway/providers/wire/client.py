"""The HTTP client all providers share, and what may be asked of it: where, and with which key."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from core.kernel.secret import Secret

# The gateway holds the clock of an answer; these only end a connection that is dead.
TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=10.0, pool=5.0)


def open_http_client(*, proxy: str | None = None) -> httpx.AsyncClient:
    """The client all providers share: HTTP/2, certificates verified, no redirects.

    `trust_env` is off so that neither a .netrc nor the environment decides where prompts go.
    """
    return httpx.AsyncClient(
        http2=True,
        proxy=proxy,
        timeout=TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=20),
    )


def check_provider(name: str, base_url: str, key: Secret) -> None:
    """Raises ValueError, without the value, for an address that prompts may not go to in the clear,
    one that carries a password, and a key that no header can carry."""
    if not (key.reveal().isascii() and key.reveal().isprintable()):
        raise ValueError(f"the key of {name} has characters that no key has")
    parts = urlsplit(base_url)
    is_near = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or is_near):
        raise ValueError(f"the address of {name} is not https://")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"the address of {name} carries more than a host and a path")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
