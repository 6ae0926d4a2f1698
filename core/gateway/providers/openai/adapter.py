"""Groq, Ollama, vLLM, OpenAI and all who speak its chat completions, over httpx.

Source: https://platform.openai.com/docs/api-reference/chat/create and
https://console.groq.com/docs/api-reference#chat-create
"""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from core.gateway.model import Finished, StopReason, Usage
from core.gateway.ports import AnswerStream, ProviderError
from core.gateway.prompt import Prompt
from core.gateway.providers.openai.body import completion_body
from core.gateway.providers.openai.call_pieces import CallPieces
from core.gateway.providers.openai.chunk import DONE, read_chunk
from core.gateway.providers.openai.think_tags import ThinkTags
from core.gateway.providers.wire.asking import ask
from core.gateway.providers.wire.calls import Calls, finished
from core.gateway.providers.wire.client import check_provider
from core.kernel.secret import Secret

GROQ_BASE_URL = "https://api.groq.com/openai/v1"
GROQ_MODEL = "openai/gpt-oss-120b"

_REASONS: Mapping[str, StopReason] = {"length": "length", "content_filter": "filtered"}


@dataclass(frozen=True, slots=True)
class OpenAICompatible:
    """One model at one base URL. Without a key, none is sent (Ollama and vLLM need none)."""

    client: httpx.AsyncClient
    key: Secret
    base_url: str = GROQ_BASE_URL
    model: str = GROQ_MODEL
    name: str = "groq"

    def __post_init__(self) -> None:
        check_provider(self.name, self.base_url, self.key)

    def stream(self, prompt: Prompt) -> AnswerStream:
        """Raises ProviderError for everything that can go wrong, and nothing else."""
        return ask(
            self.client,
            f"{self.base_url.rstrip('/')}/chat/completions",
            {"authorization": f"Bearer {self.key.reveal()}"} if self.key else {},
            completion_body(self.base_url, self.model, prompt),
            _Completion(self.model, self.name, Calls(prompt.steps)),
        )


class _Completion:
    """What the stream has said so far, and how it ends."""

    def __init__(self, model: str, provider: str, calls: Calls) -> None:
        self._model = model
        self._provider = provider
        self._calls = calls
        self._pieces = CallPieces(calls)
        self._tags = ThinkTags()
        self._reason: str | None = None
        self._has_refused = False
        self._usage = Usage()
        self.is_over = False

    def take(self, data: bytes) -> str | None:
        if data.strip() == DONE:
            self.is_over = True
            return None
        chunk = read_chunk(data)
        for piece in chunk.calls:
            self._pieces.take(piece)
        self._has_refused = self._has_refused or bool(chunk.refusal)
        self._reason = chunk.reason or self._reason
        self._usage = chunk.usage or self._usage
        text = self._tags.take(chunk.text) if chunk.text else ""
        if chunk.reason:
            text += self._tags.rest()
        text += chunk.refusal
        is_at_work = chunk.text or chunk.is_thinking or chunk.calls
        return text if text or is_at_work else None

    def finished(self) -> Finished:
        """Raises ProviderError (cut) when nobody said that the answer was whole."""
        if self._reason is None:
            raise ProviderError("cut", "the stream ended before the answer")
        reason = _REASONS.get(self._reason, "stop")
        if self._has_refused:
            reason = "filtered"
        return finished(self._model, self._provider, self._usage, reason, self._calls)
