"""One event of an OpenAI-style completion stream, read with suspicion.

Source: the "chat completion chunk" object of the OpenAI API, as Groq, Ollama and vLLM send it,
with their differences: usage in a last chunk without choices, or under `x_groq`; error objects
in the middle of a 200; empty and role-only deltas; reasoning apart from the answer (`reasoning`,
`reasoning_content`); content in parts (Mistral); calls with neither index nor id.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from core.gateway.model import Usage
from core.gateway.providers.wire.reading import event_object, text_of, tokens_of

DONE = b"[DONE]"


@dataclass(frozen=True, slots=True)
class CallPiece:
    """A part of a tool call; which call it belongs to is for its reader to find out."""

    index: object
    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class CompletionChunk:
    """*refusal* is the model's own no, in place of an answer."""

    text: str = ""
    refusal: str = ""
    is_thinking: bool = False
    calls: tuple[CallPiece, ...] = ()
    reason: str | None = None
    usage: Usage | None = None


def read_chunk(data: bytes) -> CompletionChunk:
    """Raises ProviderError, and for another form LookupError, TypeError, AttributeError, ValueError."""
    body = event_object(data)
    counted = body.get("usage") or (body.get("x_groq") or {}).get("usage")
    usage = _usage(counted) if counted else None
    if "choices" not in body and usage is None and "x_groq" not in body:
        raise KeyError("choices")
    choices = body.get("choices") or []
    if not choices:
        return CompletionChunk(usage=usage)
    choice = choices[0]
    delta = choice.get("delta") or {}
    return CompletionChunk(
        _content(delta.get("content")),
        text_of(delta.get("refusal")),
        bool(delta.get("reasoning") or delta.get("reasoning_content")),
        tuple(_piece(call) for call in delta.get("tool_calls") or ()),
        text_of(choice.get("finish_reason")) or None,
        usage,
    )


def _content(content: object) -> str:
    if isinstance(content, list):
        return "".join(text_of(part.get("text")) for part in content)
    return text_of(content)


def _piece(call: dict[str, Any]) -> CallPiece:
    function = call.get("function") or {}
    arguments = function.get("arguments")
    if isinstance(arguments, dict | list):
        arguments = orjson.dumps(arguments).decode()
    return CallPiece(
        call.get("index"),
        text_of(call.get("id")),
        text_of(function.get("name")),
        text_of(arguments),
    )


def _usage(counted: dict[str, Any]) -> Usage:
    return Usage(
        tokens_of(counted.get("prompt_tokens")), tokens_of(counted.get("completion_tokens"))
    )
