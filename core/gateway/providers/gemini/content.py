"""One answer as Gemini's chunks spell it out, read with suspicion.

Each chunk is a whole response object: parts with text, thoughts (`thought`), or a call that is whole
and may carry a signature; usage counts up in every chunk; the reason to stop may stand in every
chunk too. A prompt or an answer may be blocked. There is no last event: the stream just ends.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from core.gateway.model import Finished, StopReason, Usage
from core.gateway.ports import ProviderError
from core.gateway.providers.wire.calls import Calls, finished
from core.gateway.providers.wire.reading import event_object, larger, text_of, tokens_of

_REASONS: Mapping[str, StopReason] = {
    "MAX_TOKENS": "length",
    "SAFETY": "filtered",
    "RECITATION": "filtered",
    "LANGUAGE": "filtered",
    "BLOCKLIST": "filtered",
    "PROHIBITED_CONTENT": "filtered",
    "SPII": "filtered",
    "IMAGE_SAFETY": "filtered",
}
# Ends that are no answer: another try, or another model, may give one.
_BROKEN = frozenset(
    {
        "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
        "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE", "OTHER", "FINISH_REASON_UNSPECIFIED",
    }
)  # fmt: skip
_PLACES = ("candidates", "promptFeedback", "usageMetadata")


class Content:
    """What the stream has said so far, and how it ends."""

    def __init__(self, model: str, provider: str, calls: Calls) -> None:
        self._model = model
        self._provider = provider
        self._calls = calls
        self._reason: str | None = None
        self._is_blocked = False
        self._usage = Usage()
        self.is_over = False

    def take(self, data: bytes) -> str | None:
        """As `Answer.take`."""
        body = event_object(data)
        if not any(place in body for place in _PLACES):
            raise KeyError("candidates")
        self._count(body.get("usageMetadata"))
        feedback = body.get("promptFeedback") or {}
        self._is_blocked = self._is_blocked or bool(feedback.get("blockReason"))
        candidates = body.get("candidates") or []
        if not candidates:
            return None
        self._reason = text_of(candidates[0].get("finishReason")) or self._reason
        if self._reason in _BROKEN:
            raise ProviderError("garbage", f"finish reason {self._reason}")
        parts = (candidates[0].get("content") or {}).get("parts") or []
        texts = [text for text in map(self._part, parts) if text is not None]
        return "".join(texts) if texts else None

    def finished(self) -> Finished:
        """Raises ProviderError (cut) when nobody said that the answer was whole."""
        if self._is_blocked:
            return finished(self._model, self._provider, self._usage, "filtered", self._calls)
        if self._reason is None:
            raise ProviderError("cut", "the stream ended before the answer")
        reason = _REASONS.get(self._reason, "stop")
        return finished(self._model, self._provider, self._usage, reason, self._calls)

    def _part(self, part: dict[str, Any]) -> str | None:
        if part.get("thought"):
            return ""
        call = part.get("functionCall")
        if call is None:
            return text_of(part.get("text")) or None
        signature = text_of(part.get("thoughtSignature") or part.get("thought_signature"))
        number = self._calls.open(call.get("id"), text_of(call.get("name")), signature)
        self._calls.add(number, orjson.dumps(call.get("args") or {}).decode())
        return ""

    def _count(self, usage: dict[str, Any] | None) -> None:
        """Thoughts are paid for like words."""
        if usage:
            read = tokens_of(usage.get("promptTokenCount"), usage.get("toolUsePromptTokenCount"))
            written = tokens_of(usage.get("candidatesTokenCount"), usage.get("thoughtsTokenCount"))
            self._usage = larger(self._usage, Usage(read, written))
