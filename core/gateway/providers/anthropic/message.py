"""One message as Anthropic's events spell it out, read with suspicion.

Blocks start, grow and stop; usage comes at the start and at the end; pings and events nobody knows yet
pass by; an error may end a 200. Thoughts and what their own tools do are not for the reader.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from core.gateway.model import Finished, StopReason, Usage
from core.gateway.ports import ProviderError
from core.gateway.providers.wire.calls import Calls, finished
from core.gateway.providers.wire.reading import event_object, larger, text_of, tokens_of

_REASONS: Mapping[str, StopReason] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "pause_turn": "length",
    "refusal": "filtered",
}


class Message:
    """What the stream has said so far, and how it ends."""

    def __init__(self, model: str, provider: str, calls: Calls) -> None:
        self._model = model
        self._provider = provider
        self._calls = calls
        self._numbers: dict[object, int] = {}  # of the calls, by the index of their block
        self._whole: dict[int, str] = {}  # arguments that came with a block's start
        self._reason: str | None = None
        self._usage = Usage()
        self._readers: Mapping[str, Callable[[dict[str, Any]], str | None]] = {
            "message_start": self._message_start,
            "content_block_start": self._block_start,
            "content_block_delta": self._block_delta,
            "content_block_stop": self._block_stop,
            "message_delta": self._message_delta,
            "message_stop": self._message_stop,
        }
        self.is_over = False

    def take(self, data: bytes) -> str | None:
        """As `Answer.take`."""
        event = event_object(data)
        reader = self._readers.get(event["type"])
        return reader(event) if reader else None

    def finished(self) -> Finished:
        """Raises ProviderError (cut) when nobody said that the answer was whole."""
        if self._reason is None:
            raise ProviderError("cut", "the stream ended before the answer")
        for number, arguments in self._whole.items():
            self._calls.add(number, arguments)
        reason = _REASONS.get(self._reason, "stop")
        return finished(self._model, self._provider, self._usage, reason, self._calls)

    def _message_start(self, event: dict[str, Any]) -> None:
        self._count(event["message"].get("usage"))

    def _message_delta(self, event: dict[str, Any]) -> None:
        self._reason = text_of(event["delta"].get("stop_reason")) or self._reason
        self._count(event.get("usage"))

    def _message_stop(self, event: dict[str, Any]) -> None:
        self.is_over = True

    def _block_start(self, event: dict[str, Any]) -> str | None:
        block = event["content_block"]
        if block["type"] == "text":
            return text_of(block.get("text")) or None
        if block["type"] == "tool_use":
            number = self._calls.open(block.get("id"), text_of(block.get("name")))
            self._numbers[event.get("index")] = number
            if block.get("input"):
                self._whole[number] = orjson.dumps(block["input"]).decode()
        return ""

    def _block_delta(self, event: dict[str, Any]) -> str:
        delta = event["delta"]
        if delta["type"] == "text_delta":
            return text_of(delta["text"])
        if delta["type"] == "input_json_delta" and event.get("index") in self._numbers:
            number = self._numbers[event.get("index")]
            piece = text_of(delta["partial_json"])
            if piece:
                self._whole.pop(number, None)
            self._calls.add(number, piece)
        return ""

    def _block_stop(self, event: dict[str, Any]) -> None:
        self._numbers.pop(event.get("index"), None)

    def _count(self, usage: dict[str, Any] | None) -> None:
        """What was read from or written to their cache was read all the same."""
        if usage:
            read = tokens_of(
                usage.get("input_tokens"),
                usage.get("cache_read_input_tokens"),
                usage.get("cache_creation_input_tokens"),
            )
            self._usage = larger(self._usage, Usage(read, tokens_of(usage.get("output_tokens"))))
