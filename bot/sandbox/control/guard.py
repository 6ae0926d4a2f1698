"""Who may drive the sandbox, and how a refusal reads."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.actions.seat import Refused
from bot.sandbox.faults.switches import BadSwitch

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def own_address_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Other web pages in the person's browser must not drive the sandbox or read its secrets."""
    host = request.headers.get("Host", "")
    if host.rpartition(":")[0] not in ("127.0.0.1", "localhost"):
        raise web.HTTPForbidden(text="The sandbox answers on 127.0.0.1 only.")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        raise web.HTTPForbidden(text="The sandbox is not for other pages.")
    return await handler(request)


@web.middleware
async def words_for_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A refused action becomes `{"error": words}`."""
    try:
        return await handler(request)
    except Refused as refusal:
        return web.json_response({"error": str(refusal)}, status=refusal.status)
    except BadSwitch as bad:
        return web.json_response({"error": str(bad)}, status=400)
