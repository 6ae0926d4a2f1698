"""Slack over HTTP: verify the raw bytes, store, then 200. No Bolt on this path.

Every malformed request is a quick 401 or 413, if possible before its body is read. What is read
before anybody can tell who sent it is bounded, in time and over all requests; nothing is parsed
before it is verified, and no body is ever logged.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
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
LONGEST_BODY_SECONDS = 2.0  # Slack gives up after 3; a body that trickles in is cut
MOST_FIELDS = 100  # of a form; Slack's longest has some fifteen
MOST_UNVERIFIED = 32_000_000  # bytes, of all requests that nobody has verified yet


class SlackEndpoints:
    """The three request URLs of the app."""

    def __init__(self, intake: Intake, verifier: SignatureVerifier) -> None:
        self._intake = intake
        self._verifier = verifier
        self._room = _Room(MOST_UNVERIFIED, _too_many)
        # Of another time: refused in any case. Read if it costs little, for whether it is rightly
        # signed tells that this machine's clock is wrong.
        self._stale = _Room(LARGEST_BODY, web.HTTPUnauthorized)

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
        if form.get("ssl_check"):
            return web.Response()
        try:
            payload = orjson.loads(form.get("payload", ""))
            if not isinstance(payload, dict):
                raise Malformed("not an object")
            answer = await self._stored(self._intake.accept_interaction(payload))
        except (orjson.JSONDecodeError, Malformed):
            return web.Response(status=400)
        return web.Response() if answer is None else web.json_response(answer)

    async def _verified(self, request: web.Request) -> bytes:
        """The body, if Slack signed it. What can be refused without the body is, before it is read.

        Raises HTTPRequestEntityTooLarge, HTTPUnauthorized, HTTPRequestTimeout and, while too much is
        being read for others, HTTPServiceUnavailable.
        """
        headers, verifier = request.headers, self._verifier
        timestamp = headers.get("X-Slack-Request-Timestamp", "")
        signature = headers.get("X-Slack-Signature", "")
        if request.content_length is not None and request.content_length > LARGEST_BODY:
            raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, request.content_length)
        if not verifier.is_of_the_form(timestamp, signature):
            raise web.HTTPUnauthorized
        if "Content-Encoding" in headers:
            # Slack packs nothing; aiohttp would unpack it for whoever asks, before any signature.
            raise web.HTTPUnauthorized
        body = await _read(request, self._room if verifier.is_of_now(timestamp) else self._stale)
        if not verifier.accepts(body, timestamp, signature):
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


async def _read(request: web.Request, room: "_Room") -> bytes:
    """Raises what `_verified` raises; HTTPUnauthorized for a body that nobody could have signed."""
    body = bytearray()
    try:
        async with asyncio.timeout(LONGEST_BODY_SECONDS):
            async for piece in request.content.iter_any():
                if len(body) + len(piece) > LARGEST_BODY:
                    raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, len(body) + len(piece))
                room.take(len(piece))
                body += piece
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (HttpProcessingError, web.RequestPayloadError, ConnectionError):
        # Cut off or not HTTP; what it said is in the exception's text, so that goes no further.
        raise web.HTTPUnauthorized from None
    finally:
        # Who has a whole body verifies it at once, before anybody else can take more room.
        room.left += len(body)
    return bytes(body)


class _Room:
    """For the bytes of all bodies that are being read: so many and no more.

    What has come counts, and not what was announced: who sends nothing takes nobody's place.
    """

    def __init__(self, most: int, refusal: Callable[[], web.HTTPException]) -> None:
        self.left = most
        self._refusal = refusal

    def take(self, size: int) -> None:
        if size > self.left:
            raise self._refusal()
        self.left -= size


def _too_many() -> web.HTTPException:
    return web.HTTPServiceUnavailable(headers={"Retry-After": "1"})


def _form(body: bytes) -> dict[str, str]:
    """Raises HTTPBadRequest for what is no form of Slack's, by the count of its fields."""
    try:
        fields = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise web.HTTPBadRequest from None
    return dict(fields)
