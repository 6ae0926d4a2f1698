"""Slack over HTTP: verify the raw bytes, store, then 200. No Bolt on this path.

Every malformed request is a quick 401 or 413; nothing is parsed before it is verified, and no
body is ever logged.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import TypeVar
from urllib.parse import parse_qsl

import orjson
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.intake.accept import UNKNOWN_WORKSPACE, Intake
from bot.intake.addressing import Malformed
from bot.intake.signature import SignatureVerifier
from core.kernel.errors import Postponed

log = logging.getLogger(__name__)

Accepted = TypeVar("Accepted")

LARGEST_BODY = 1_000_000  # bytes; Slack's own requests stay far below
LONGEST_BODY_SECONDS = 10.0  # Slack gives up after 3; a body that trickles in is cut


class SlackEndpoints:
    """The three request URLs of the app."""

    def __init__(self, intake: Intake, verifier: SignatureVerifier) -> None:
        self._intake = intake
        self._verifier = verifier

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/slack/events", self.events),
            web.post("/slack/commands", self.commands),
            web.post("/slack/interactivity", self.interactivity),
        ]

    async def events(self, request: web.Request) -> web.Response:
        body = await self._verified(request)
        try:
            envelope = orjson.loads(body)
            if not isinstance(envelope, dict):
                raise Malformed("not an object")
            if envelope.get("type") == "url_verification":
                return web.json_response({"challenge": str(envelope.get("challenge", ""))})
            if envelope.get("type") == "app_rate_limited":
                await self._stored(self._intake.accept_rate_limit(envelope))
            if envelope.get("type") == "event_callback":
                await self._stored(self._intake.accept_event(envelope, body.decode()))
        except (orjson.JSONDecodeError, Malformed, UnicodeDecodeError):
            return web.Response(status=400)
        return web.Response()

    async def commands(self, request: web.Request) -> web.Response:
        form = _form(await self._verified(request))
        if form.get("ssl_check"):
            return web.Response()
        try:
            known = await self._stored(self._intake.accept_command(dict(form)))
        except Malformed:
            return web.Response(status=400)
        if not known:
            return web.json_response({"response_type": "ephemeral", "text": UNKNOWN_WORKSPACE})
        return web.Response()

    async def interactivity(self, request: web.Request) -> web.Response:
        form = _form(await self._verified(request))
        try:
            payload = orjson.loads(form.get("payload", ""))
            if not isinstance(payload, dict):
                raise Malformed("not an object")
            answer = await self._stored(self._intake.accept_interaction(payload))
        except (orjson.JSONDecodeError, Malformed):
            return web.Response(status=400)
        return web.Response() if answer is None else web.json_response(answer)

    async def _verified(self, request: web.Request) -> bytes:
        """The body, if Slack signed it. Raises HTTPUnauthorized; aiohttp itself raises the 413."""
        if request.content_length is not None and request.content_length > LARGEST_BODY:
            raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, request.content_length)
        body = await _read(request)
        headers = request.headers
        timestamp = headers.get("X-Slack-Request-Timestamp", "")
        signature = headers.get("X-Slack-Signature", "")
        if not self._verifier.accepts(body, timestamp, signature):
            raise web.HTTPUnauthorized
        return body

    async def _stored(self, accepting: Coroutine[None, None, Accepted]) -> Accepted:
        """Raises HTTPServiceUnavailable when it could not be stored: Slack then sends it again."""
        try:
            return await accepting
        except Malformed:
            raise
        except Postponed as error:
            log.warning("an event was not stored: %s", error)
            raise web.HTTPServiceUnavailable from error
        except Exception as error:
            log.exception("an event could not be stored")
            raise web.HTTPServiceUnavailable from error


async def _read(request: web.Request) -> bytes:
    """Raises HTTPRequestTimeout, and HTTPUnauthorized for a body that nobody could have signed."""
    if "Content-Encoding" in request.headers:
        # Slack packs nothing; aiohttp would unpack it for whoever asks, before any signature.
        raise web.HTTPUnauthorized
    try:
        async with asyncio.timeout(LONGEST_BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (HttpProcessingError, web.RequestPayloadError, ConnectionError):
        # Cut off or not HTTP; what it said is in the exception's text, so that goes no further.
        raise web.HTTPUnauthorized from None


def _form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
