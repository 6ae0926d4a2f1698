"""OpenAI's `/embeddings`, which vLLM, Ollama, LiteLLM and others speak too.

Source: OpenAI's API reference, “Create embeddings”.
"""

from collections.abc import Sequence
from typing import Any

import httpx

from core.gateway.providers.wire.client import check_provider
from core.kernel.secret import Secret
from core.knowledge.embedding.vendors.asking import ask
from core.knowledge.ports import DIMENSION


class OpenAICompatible:
    """A Vendor."""

    def __init__(self, client: httpx.AsyncClient, key: Secret, base_url: str, model: str) -> None:
        check_provider("openai_compatible", base_url, key)
        self.name = f"openai_compatible/{model}"
        self._client, self._key, self._model = client, key, model
        self._url = f"{base_url.rstrip('/')}/embeddings"

    async def vectors(self, texts: Sequence[str]) -> list[Any]:
        headers = {"authorization": f"Bearer {self._key.reveal()}"} if self._key.reveal() else {}
        body = {
            "model": self._model,
            "input": list(texts),
            "dimensions": DIMENSION,
            "encoding_format": "float",
        }
        answer = await ask(self._client, self._url, headers, body)
        # Each says which text it is of; nobody promises an order.
        return [item["embedding"] for item in sorted(answer["data"], key=_place)]


def _place(item: Any) -> int:
    return int(item["index"])
