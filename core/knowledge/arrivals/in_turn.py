"""Embedding for documents: in turn, so that nobody's book holds up somebody else's page."""

import asyncio
from collections.abc import Sequence

from core.knowledge.ports import Embedder


class InTurn:
    """An Embedder that takes one step of one document at a time, in the order in which they are asked
    for. Questions do not pass here: they have a model of their own, or find one step before them at most."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._turn = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._embedder.name

    def count(self, text: str) -> int:
        return self._embedder.count(text)

    def rarity(self, word: str) -> float:
        return self._embedder.rarity(word)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        async with self._turn:
            return await self._embedder.embed(texts)
