"""Single values out of a vendor's JSON, read with suspicion."""

from typing import Any

import orjson

from core.gateway.model import Usage
from core.gateway.ports import ProviderError
from core.gateway.providers.wire.failures import kind_of

# More than any answer takes: what a vendor counts beyond it is not believed.
MOST_TOKENS = 100_000_000


def event_object(data: bytes) -> dict[str, Any]:
    """The object in one event. Raises ProviderError: garbage, or what an error object says."""
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise ProviderError("garbage", "an event that is not JSON") from None
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    if not isinstance(body, dict):
        raise ProviderError("garbage", "an event that is not an object")
    if body.get("error"):
        raise ProviderError(kind_of(body["error"]), "an error in the stream")
    return body


def text_of(value: object) -> str:
    """A text or nothing. Raises TypeError for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def tokens_of(*counts: object) -> int:
    """The sum of what was counted, between none and MOST_TOKENS. Raises TypeError, ValueError."""
    total = sum(int(count or 0) for count in counts)  # type: ignore[call-overload]
    return min(max(total, 0), MOST_TOKENS)


def larger(one: Usage, other: Usage) -> Usage:
    """Vendors count up: of two reports the larger figures are the later ones."""
    return Usage(
        max(one.input_tokens, other.input_tokens), max(one.output_tokens, other.output_tokens)
    )
