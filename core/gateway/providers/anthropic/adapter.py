"""Anthropic's Messages, over httpx.

Source: https://docs.anthropic.com/en/api/messages-streaming
"""

from dataclasses import dataclass

import httpx

from core.gateway.ports import AnswerStream
from core.gateway.prompt import Prompt
from core.gateway.providers.anthropic.body import messages_body
from core.gateway.providers.anthropic.message import Message
from core.gateway.providers.wire.asking import ask
from core.gateway.providers.wire.calls import Calls
from core.gateway.providers.wire.client import check_provider
from core.kernel.secret import Secret

ANTHROPIC_BASE_URL = "https://api.anthropic.com"
ANTHROPIC_MODEL = "claude-sonnet-4-6"
_VERSION = "2023-06-01"


@dataclass(frozen=True, slots=True)
class Anthropic:
    """One model. The address is that of the host, without `/v1`."""

    client: httpx.AsyncClient
    key: Secret
    base_url: str = ANTHROPIC_BASE_URL
    model: str = ANTHROPIC_MODEL
    name: str = "anthropic"

    def __post_init__(self) -> None:
        check_provider(self.name, self.base_url, self.key)

    def stream(self, prompt: Prompt) -> AnswerStream:
        """Raises ProviderError for everything that can go wrong, and nothing else."""
        return ask(
            self.client,
            f"{self.base_url.rstrip('/')}/v1/messages",
            {"x-api-key": self.key.reveal(), "anthropic-version": _VERSION},
            messages_body(self.model, prompt),
            Message(self.model, self.name, Calls(prompt.steps)),
        )
