"""Google's Gemini, over httpx.

Source: https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
"""

from dataclasses import dataclass
from urllib.parse import quote

import httpx

from core.gateway.ports import AnswerStream
from core.gateway.prompt import Prompt
from core.gateway.providers.gemini.body import generate_body
from core.gateway.providers.gemini.content import Content
from core.gateway.providers.wire.asking import ask
from core.gateway.providers.wire.calls import Calls
from core.gateway.providers.wire.client import check_provider
from core.kernel.secret import Secret

GEMINI_BASE_URL = "https://generativelanguage.googleapis.com/v1beta"
GEMINI_MODEL = "gemini-3.6-flash"


@dataclass(frozen=True, slots=True)
class Gemini:
    """One model. The key goes into a header: what stands in an address is logged by everybody."""

    client: httpx.AsyncClient
    key: Secret
    base_url: str = GEMINI_BASE_URL
    model: str = GEMINI_MODEL
    name: str = "gemini"

    def __post_init__(self) -> None:
        check_provider(self.name, self.base_url, self.key)

    def stream(self, prompt: Prompt) -> AnswerStream:
        """Raises ProviderError for everything that can go wrong, and nothing else."""
        model = quote(self.model.removeprefix("models/"), safe="")
        return ask(
            self.client,
            f"{self.base_url.rstrip('/')}/models/{model}:streamGenerateContent?alt=sse",
            {"x-goog-api-key": self.key.reveal()},
            generate_body(prompt),
            Content(self.model, self.name, Calls(prompt.steps)),
        )
