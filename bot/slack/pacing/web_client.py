"""slack_sdk's client, at the workspace's pace, and with a way out for tokens Slack takes no more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.errors import TOKEN_ERRORS, error_code, retry_after
from bot.slack.pacing.pace import Pace
from bot.slack.pacing.patience import patience
from core.kernel.errors import Disconnected
from core.kernel.secret import Secret
from core.pacing.model import NotCarriedOut

log = logging.getLogger(__name__)

TRIES = 3  # of a call that Slack has refused as too quick: it was not carried out
LONGEST_PAUSE = 5.0  # seconds of a 429 that are waited out; longer ones postpone the work
CALL_SECONDS = 20
# Slack's client waits at most this long for one call, connection included.
SLACK_CALL_SECONDS = 25.0

# A token of its own that only expired, its organization's, and that one renewed: more there is not.
MOST_TOKENS = 4

# What to do about a refused token: gives a client that has another, or raises Disconnected.
OnTokenError = Callable[[str], Awaitable["PacedWebClient"]]


class PacedWebClient(AsyncWebClient):
    """Takes a slot before each call. A call whose result is unknown is never repeated here: the
    outbox knows how to find out.

    Without a *pace* (no workspace yet) the errors are slack_sdk's own. With one, a call also raises
    NotCarriedOut (it was not carried out, and may be later) and Disconnected.
    """

    def __init__(
        self,
        *,
        pace: Pace | None = None,
        on_token_error: OnTokenError | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        # slack_sdk takes a proxy from the environment, which would see http:// calls and tokens.
        self.proxy = None
        self._pace = pace
        self._on_token_error = on_token_error

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        for tokens_left in reversed(range(MOST_TOKENS)):
            try:
                return await self._paced(api_method, arguments)
            except SlackApiError as error:
                code = error_code(error)
                if code not in TOKEN_ERRORS or self._on_token_error is None:
                    raise
                if not tokens_left:
                    raise Disconnected("Slack takes this workspace's token no more.") from error
                # Refused for its token, so it was not carried out.
                self._speak_as(await self._on_token_error(code))
        raise AssertionError("the last token returns or raises")

    async def _request(self, **request: Any) -> dict[str, Any]:
        """An answer that is no object is nobody's word: slack_sdk would stumble over it."""
        answer = await super()._request(**request)
        return answer if isinstance(answer["data"], dict) else answer | {"data": {}}

    def _speak_as(self, other: "PacedWebClient") -> None:
        """With the token that has taken this one's place, and as it is to be used."""
        self.token = other.token
        self.default_params = other.default_params
        self._on_token_error = other._on_token_error

    async def _paced(self, method: str, arguments: dict[str, Any]) -> AsyncSlackResponse:
        for tries_left in reversed(range(TRIES)):
            if self._pace is not None:
                await self._pace.wait_for_slot(method, _channel_of(arguments), patience())
            try:
                return await super().api_call(method, **arguments)
            except SlackApiError as error:
                seconds = retry_after(error)
                if seconds is None:
                    raise
                await self._refused_as_too_quick(method, seconds, error, tries_left)
        raise AssertionError("the last try returns or raises")

    async def _refused_as_too_quick(
        self, method: str, seconds: float, error: SlackApiError, tries_left: int
    ) -> None:
        """Tell all processes, and wait if it is short."""
        log.warning("Slack said 429", extra={"method": method, "seconds": seconds})
        if self._pace is not None:
            await self._pace.hold(method, seconds)
        if tries_left and seconds <= min(LONGEST_PAUSE, patience()):
            await asyncio.sleep(seconds)
        elif self._pace is not None:
            raise NotCarriedOut(f"Slack said 429 to {method}", seconds) from error
        else:
            raise error


def web_client(
    session: aiohttp.ClientSession,
    base_url: str,
    token: Secret | None = None,
    *,
    pace: Pace | None = None,
    team_id: str | None = None,
    on_token_error: OnTokenError | None = None,
) -> PacedWebClient:
    """Slack's Web API at *base_url*. *team_id* is for an organization's token: whom it speaks in."""
    return PacedWebClient(
        pace=pace,
        on_token_error=on_token_error,
        token=token.reveal() if token else None,
        base_url=base_url,
        session=session,
        timeout=CALL_SECONDS,
        team_id=team_id,
        # None but ours: slack_sdk would repeat a call after a lost connection, done or not.
        retry_handlers=[],
    )


def _channel_of(arguments: Mapping[str, Any]) -> str | None:
    for name in ("json", "params", "data"):
        given = arguments.get(name)
        if isinstance(given, Mapping) and given.get("channel"):
            return str(given["channel"])
    return None


def slack_session() -> aiohttp.ClientSession:
    """The HTTP session all tenants share: nothing of one's calls stays in it for another's."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=SLACK_CALL_SECONDS),
        # Nothing in the environment decides where tokens go.
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    )
