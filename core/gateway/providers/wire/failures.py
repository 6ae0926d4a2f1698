"""How a vendor's refusals and errors become ProviderErrors; nothing of their words is kept.

Sources: RFC 9110 §10.2.3 (Retry-After); the error objects of OpenAI, Groq, Anthropic ("overloaded_error")
and Google (`google.rpc.Status` with `RetryInfo`).
"""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

from core.gateway.ports import FailureKind, ProviderError
from core.gateway.providers.wire.server_sent_events import EventTooLarge

# A refusal is read for its reason, but nobody waits for the end of one.
MOST_REFUSAL_BYTES = 65_536
REFUSAL_SECONDS = 0.5

# What a request is refused with for what stands in it, and what the error's own fields then say all the
# same when it is the account that is refused: no money, no such country, no such key.
_OF_A_REQUEST = frozenset(
    {
        httpx.codes.BAD_REQUEST,
        httpx.codes.REQUEST_ENTITY_TOO_LARGE,
        httpx.codes.UNPROCESSABLE_ENTITY,
    }
)
_OF_AN_ACCOUNT = ("billing", "failed_precondition", "api_key", "credit", "quota")
# Anthropic has no field for it. Further on a vendor's words may hold those of the request.
_ACCOUNT_SENTENCES = (
    "Your credit balance is too low",
    "You have reached your specified API usage limits",
)

_CODES: Mapping[str, FailureKind] = {
    "rate_limit_exceeded": "rate_limited",
    "rate_limit_error": "rate_limited",
    "resource_exhausted": "rate_limited",
    "overloaded_error": "server",
    "api_error": "server",
    "server_error": "server",
    "internal": "server",
    "unavailable": "server",
    "timeout_error": "timeout",
    "deadline_exceeded": "timeout",
    "invalid_request_error": "refused",
    "authentication_error": "refused",
    "permission_error": "refused",
    "billing_error": "refused",
    "not_found_error": "refused",
    "request_too_large": "refused",
    "invalid_argument": "refused",
    "failed_precondition": "refused",
    "permission_denied": "refused",
    "unauthenticated": "refused",
    "not_found": "refused",
    # Azure answers 400 when it withholds an answer.
    "content_filter": "filtered",
    "content_policy_violation": "filtered",
    # Groq answers 400 when its model wrote calls or JSON that it could not read itself.
    "tool_use_failed": "garbage",
    "json_validate_failed": "garbage",
}


@asynccontextmanager
async def failures_named() -> AsyncGenerator[None, None]:
    """Every httpx error as a ProviderError; the test of this module walks through all of them."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise ProviderError("timeout", type(error).__name__) from error
    except (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
        raise ProviderError("refused", type(error).__name__) from error
    except (httpx.DecodingError, httpx.InvalidURL, EventTooLarge) as error:
        raise ProviderError("garbage", type(error).__name__) from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise ProviderError("cut", type(error).__name__) from error


async def refusal(response: httpx.Response) -> ProviderError:
    """What a status other than 200 means, and how long the vendor wants to be left alone."""
    status = response.status_code
    error = _error_of(await _beginning(response))
    kind = _kind_of_status(status)
    named = _kind_of_codes(error)
    if kind == "refused" and named in ("garbage", "filtered"):
        kind = named
    pauses = (
        _seconds(response.headers.get("retry-after", "")),
        _seconds(response.headers.get("retry-after-ms", ""), unit=0.001),
        _retry_delay(error),
    )
    pause = next((pause for pause in pauses if pause is not None), None)
    return ProviderError(
        kind, f"HTTP {status}", retry_after=pause, about_request=_is_about_request(status, error)
    )


def kind_of(error: object) -> FailureKind:
    """What an error object in the middle of a 200 means."""
    kind = _kind_of_codes(error)
    if kind:
        return kind
    words = str(error).lower()
    if "rate_limit" in words or "too many requests" in words or "429" in words:
        return "rate_limited"
    return "server"


def _kind_of_codes(error: object) -> FailureKind | None:
    if not isinstance(error, dict):
        return None
    for name in ("code", "type", "status"):
        code = error.get(name)
        if isinstance(code, str) and code.lower() in _CODES:
            return _CODES[code.lower()]
        if isinstance(code, int) and code >= httpx.codes.BAD_REQUEST:
            return _kind_of_status(code)
    return None


def _kind_of_status(status: int) -> FailureKind:
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return "rate_limited"
    if status in (httpx.codes.REQUEST_TIMEOUT, httpx.codes.GATEWAY_TIMEOUT):
        return "timeout"
    return "server" if status >= httpx.codes.INTERNAL_SERVER_ERROR else "refused"


def _is_about_request(status: int, error: object) -> bool:
    if status not in _OF_A_REQUEST or not isinstance(error, dict):
        return status in _OF_A_REQUEST
    fields = [error.get(name) for name in ("code", "type", "status")]
    fields += [detail.get("reason") for detail in _details(error)]
    said = " ".join(field.lower() for field in fields if isinstance(field, str))
    is_of_account = any(word in said for word in _OF_AN_ACCOUNT)
    return not is_of_account and not str(error.get("message")).startswith(_ACCOUNT_SENTENCES)


def _details(error: object) -> list[dict[str, Any]]:
    """Google's further objects."""
    details = error.get("details") if isinstance(error, dict) else None
    found = details if isinstance(details, list) else []
    return [detail for detail in found if isinstance(detail, dict)]


async def _beginning(response: httpx.Response) -> bytes:
    body = b""
    with suppress(TimeoutError, httpx.HTTPError, httpx.StreamError):
        async with asyncio.timeout(REFUSAL_SECONDS):
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MOST_REFUSAL_BYTES:
                    break
    return body


def _error_of(body: bytes) -> object:
    """The error object, which Gemini may put into an array."""
    try:
        said: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if isinstance(said, list) and said:
        said = said[0]
    return said.get("error") if isinstance(said, dict) else None


def _retry_delay(error: object) -> float | None:
    """Google says it in the body: `"retryDelay": "34.07s"`."""
    for detail in _details(error):
        delay = detail.get("retryDelay")
        if isinstance(delay, str):
            return _seconds(delay.removesuffix("s"))
    return None


def _seconds(retry_after: str, unit: float = 1.0) -> float | None:
    """A number of seconds, or a date. None when it makes no sense."""
    try:
        pause = float(retry_after) * unit
    except ValueError:
        try:
            pause = parsedate_to_datetime(retry_after).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return pause if pause > 0 and math.isfinite(pause) else None
