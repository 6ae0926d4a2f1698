"""One event of an OpenAI-style completion stream, read with suspicion.

Source: the "chat completion chunk" object of the OpenAI API, as Groq, Ollama and vLLM send it,
with their differences: usage in a last chunk without choices, or under `x_groq`; error objects
in the middle of a 200; empty and role-only deltas; reasoning apart from the answer.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from core.gateway.model import Usage
from core.gateway.ports import FailureKind, ProviderError

DONE = b"[DONE]"


@dataclass(frozen=True, slots=True)
class CompletionChunk:
    text: str = ""
    reason: str | None = None
    usage: Usage | None = None


def read_chunk(data: bytes) -> CompletionChunk:
    """Raises ProviderError: garbage, or what an error object says."""
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise ProviderError("garbage", "an event that is not JSON") from None
    if not isinstance(body, dict):
        raise ProviderError("garbage", "an event that is not an object")
    if body.get("error"):
        raise ProviderError(_kind_of(body["error"]), "an error in the stream")
    try:
        return _from_body(body)
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError):
        raise ProviderError("garbage", "a chunk of another form") from None


def _from_body(body: dict[str, Any]) -> CompletionChunk:
    counted = body.get("usage") or (body.get("x_groq") or {}).get("usage")
    usage = _usage(counted) if counted else None
    if "choices" not in body and usage is None and "x_groq" not in body:
        raise KeyError("choices")
    choices = body.get("choices") or []
    if not choices:
        return CompletionChunk(usage=usage)
    choice = choices[0]
    text = (choice.get("delta") or {}).get("content") or ""
    reason = choice.get("finish_reason")
    if not isinstance(text, str) or not isinstance(reason, str | None):
        raise TypeError("content")
    return CompletionChunk(text, reason, usage)


def _usage(counted: dict[str, Any]) -> Usage:
    read, written = counted.get("prompt_tokens") or 0, counted.get("completion_tokens") or 0
    return Usage(max(int(read), 0), max(int(written), 0))


def _kind_of(error: object) -> FailureKind:
    words = orjson.dumps(error).lower()
    if b"rate_limit" in words or b"too many requests" in words or b"429" in words:
        return "rate_limited"
    return "server"
