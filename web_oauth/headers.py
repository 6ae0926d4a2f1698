"""Security headers on every response, whatever made it: a page, a redirect, an error."""

from aiohttp import web

# The promise's four, and a policy under which nothing loads from anywhere else.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'self'; base-uri 'none'",
}


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """An `on_response_prepare` signal, so that no handler and no error can forget them."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
