"""The aiohttp surface: one routes table, one set of headers, errors without internals."""

import logging
from collections.abc import Iterable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from core.kernel.ids import new_reference
from web_oauth.headers import add_security_headers

log = logging.getLogger(__name__)


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The last resort: a reference for the person, the cause for the log, nothing of the request."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:
        reference = new_reference()
        log.exception("request failed", extra={"reference": reference, "path": request.path})
        words = f"Something broke on our side. Reference: {reference}\n"
        return web.Response(status=500, text=words)


def without_request(record: logging.LogRecord) -> bool:
    """A log filter: aiohttp quotes what it could not parse, and that may be a person's message."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, (HttpProcessingError, web.RequestPayloadError)):
        record.exc_info = None
        record.msg, record.args = "a request that is not HTTP: %s", (type(error).__name__,)
    return True


def build_web(routes: Iterable[web.RouteDef], *, largest_body: int) -> web.Application:
    """The application with *routes*; a body over *largest_body* bytes is a 413."""
    logging.getLogger("aiohttp.server").addFilter(without_request)
    app = web.Application(middlewares=[plain_errors], client_max_size=largest_body)
    app.on_response_prepare.append(add_security_headers)
    app.add_routes(routes)
    return app
