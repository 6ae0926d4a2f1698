"""Slack over Socket Mode, for one workspace without a public address. Same intake, same promise:
an envelope is acknowledged after its event is committed, and never before."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.intake.accept import UNKNOWN_WORKSPACE, Intake
from bot.intake.addressing import Malformed, written
from bot.intake.socket_link import Json, SentAway, SocketLink, open_link
from bot.slack.errors import error_code, retry_after, status
from core.kernel.errors import Postponed
from core.kernel.secret import Secret

log = logging.getLogger(__name__)

# Pauses between tries, each half as long to once and a half: processes must not come in step.
LOST_SECONDS = (0.2, 0.5, 1.0, 2.0)
# Somebody has to do something first, so there is no hurry; and asking is limited (Tier 1).
REFUSED_SECONDS = (10.0, 20.0, 40.0, 60.0)
HTTP_ERROR = 500
HINTS = {
    "too_many_websockets": "Slack refuses another connection: an app may have ten. Stop `aegis "
    "serve` processes that you do not need, or use HTTP (SLACK_SIGNING_SECRET), not Socket Mode",
    "link_disabled": "Socket Mode is switched off: switch it on in the app's settings at "
    "api.slack.com/apps, or use HTTP (SLACK_SIGNING_SECRET)",
}
TROUBLE = (SentAway, Postponed, TimeoutError, OSError, SlackApiError, aiohttp.ClientError)
# What came in is stored and acknowledged within this time, or comes again elsewhere.
FAREWELL_SECONDS = 3.0
# An old socket is left open beside the new one: Slack may still be sending on it.
BESIDE_SECONDS = 10.0


class SocketModeIntake:
    """Keeps a connection open and feeds what comes into the intake."""

    def __init__(
        self,
        intake: Intake,
        app_token: Secret,
        web_client: AsyncWebClient,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._intake = intake
        self._app_token = app_token
        self._api = web_client
        self._link: SocketLink | None = None
        self._old: set[asyncio.Task[None]] = set()
        self._clock = clock
        self._lost_at = clock()

    async def open(self) -> None:
        """Stay connected until cancelled. A server that does not answer is tried again."""
        # Nothing in the environment decides where what people say comes from.
        async with aiohttp.ClientSession(trust_env=False) as session:
            try:
                await self._stay_connected(session)
            finally:
                await self._leave()

    @property
    def is_connected(self) -> bool:
        return self._link is not None and self._link.is_open

    def seconds_without(self) -> float:
        """How long nothing can have come in; 0 while connected."""
        return 0.0 if self.is_connected else self._clock() - self._lost_at

    async def _stay_connected(self, session: aiohttp.ClientSession) -> None:
        failed = 0
        while True:
            try:
                link = await open_link(session, self._api, self._app_token, self._receive)
            except Exception as error:  # whatever it is: who stops trying is deaf for good
                failed += 1
                await asyncio.sleep(_pause(error, failed))
                continue
            log.info("connected to Slack")
            self._keep(link)
            try:
                await link.leaving.wait()
            finally:
                self._lost_at = self._clock()
            failed = 1
            await asyncio.sleep(_pause(SentAway(link.reason), failed))

    def _keep(self, link: SocketLink) -> None:
        """The new connection takes over; what the old one still brings is taken too."""
        self._link = link
        task = asyncio.create_task(self._listen(link))
        self._old.add(task)
        task.add_done_callback(self._old.discard)

    async def _listen(self, link: SocketLink) -> None:
        listening = asyncio.create_task(link.listen())
        try:
            await link.leaving.wait()
            await asyncio.wait({listening}, timeout=BESIDE_SECONDS)
        finally:
            await link.close(FAREWELL_SECONDS)
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError, aiohttp.ClientError):
                await listening

    async def _leave(self) -> None:
        tasks = list(self._old)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _receive(self, link: SocketLink, message: Json) -> None:
        try:
            answer = await self._accept(message)
        except Malformed:
            log.warning("malformed envelope acknowledged and dropped")
            answer = None
        except Postponed as error:
            log.warning("an envelope was not stored: %s", error)
            return
        except Exception:
            # Not acknowledged: Slack delivers it again.
            log.exception("an envelope could not be stored")
            return
        await link.acknowledge(message["envelope_id"], answer)

    async def _accept(self, message: Json) -> Json | None:
        payload, kind = message.get("payload"), message.get("type")
        if not isinstance(payload, dict):
            raise Malformed("not an object")
        if kind == "events_api" and payload.get("type") == "app_rate_limited":
            await self._intake.accept_rate_limit(payload)
        elif kind == "events_api":
            await self._intake.accept_event(payload, written(payload))
        elif kind == "slash_commands":
            if not await self._intake.accept_command(payload):
                return {"response_type": "ephemeral", "text": UNKNOWN_WORKSPACE}
        elif kind == "interactive":
            return await self._intake.accept_interaction(payload)
        return None


def _named(error: Exception) -> str:
    """Type and status, not its text: a handshake's has the address, and the ticket in it is as good
    as a token."""
    if isinstance(error, SentAway):
        return error.reason
    if isinstance(error, aiohttp.ClientResponseError):
        return f"{type(error).__name__} {error.status}"
    return error_code(error)


def _pause(error: Exception, failed: int) -> float:
    """Seconds until the next try, with a line that says what happened and what to do about it."""
    pauses, at_least = LOST_SECONDS, 0.0
    if isinstance(error, SentAway) and error.reason in HINTS:
        pauses = REFUSED_SECONDS
        log.error(HINTS[error.reason])
    elif isinstance(error, SlackApiError) and status(error) < HTTP_ERROR:
        pauses = REFUSED_SECONDS
        at_least = retry_after(error) or 0.0
        log.error("Slack refuses a connection: %s", error_code(error))
    elif isinstance(error, Postponed):
        at_least = error.seconds
        log.warning("no connection to Slack: %s", error)
    elif not isinstance(error, TROUBLE):
        # slack_sdk stumbles over an answer that is no object, or it is a defect of ours.
        pauses = REFUSED_SECONDS
        log.error("no connection to Slack, and nobody foresaw why", exc_info=error)
    else:
        log.warning("no connection to Slack: %s", _named(error))
    base = pauses[min(failed, len(pauses)) - 1]
    jitter = random.uniform(0.5, 1.5)  # noqa: S311 - no secret
    # What the server asks for is never cut short; those who were all told the same come one by one.
    return max(base * jitter, at_least + jitter if at_least else 0.0)
