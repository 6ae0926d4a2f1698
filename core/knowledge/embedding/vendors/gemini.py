"""Gemini's `batchEmbedContents`. Source: Gemini API reference, “Embeddings”."""

from collections.abc import Sequence
from typing import Any

import httpx

from core.gateway.providers.wire.client import check_provider
from core.kernel.secret import Secret
from core.knowledge.embedding.vendors.asking import ask
from core.knowledge.ports import DIMENSION


class Gemini:
    """A Vendor. What it shortens to DIMENSION numbers is not of length 1 any more."""

    def __init__(self, client: httpx.AsyncClient, key: Secret, base_url: str, model: str) -> None:
        check_provider("gemini", base_url, key)
        self.name = f"gemini/{model}"
        self._client, self._key, self._model = client, key, f"models/{model}"
        self._url = f"{base_url.rstrip('/')}/{self._model}:batchEmbedContents"

    async def vectors(self, texts: Sequence[str]) -> list[Any]:
        requests = [
            {
                "model": self._model,
                "content": {"parts": [{"text": text}]},
                "outputDimensionality": DIMENSION,
            }
            for text in texts
        ]
        headers = {"x-goog-api-key": self._key.reveal()}
        answer = await ask(self._client, self._url, headers, {"requests": requests})
        return [item["values"] for item in answer["embeddings"]]
