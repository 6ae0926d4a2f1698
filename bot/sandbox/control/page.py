"""The page's files, from the package, under a policy that lets nothing else in."""

import mimetypes
from importlib.resources import files
from importlib.resources.abc import Traversable

from aiohttp import web

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}


async def index(request: web.Request) -> web.Response:
    """`/`: the page itself."""
    return _serve("index.html")


async def static(request: web.Request) -> web.Response:
    """`/static/…`: what the page loads."""
    return _serve(request.match_info["path"])


def _serve(path: str) -> web.Response:
    found = _find(path)
    if found is None:
        raise web.HTTPNotFound(text="There is no such page.")
    suffix = f".{path.rpartition('.')[2]}"
    content_type = _TYPES.get(suffix) or mimetypes.guess_type(path)[0]
    text = content_type is not None and content_type.startswith("text/")
    return web.Response(
        body=found.read_bytes(),
        content_type=content_type or "application/octet-stream",
        charset="utf-8" if text else None,
        headers=_HEADERS,
    )


def _find(path: str) -> Traversable | None:
    """Only files of the page's folder: no part may climb out of it or be hidden."""
    parts = path.split("/")
    if any(part in ("", "..") or part.startswith(".") or "\\" in part for part in parts):
        return None
    found = files("bot.sandbox").joinpath("page", *parts)
    return found if found.is_file() else None
