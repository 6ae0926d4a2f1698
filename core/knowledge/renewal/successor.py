"""A model in place of another one, while documents are still embedded with the one before."""

from collections.abc import Sequence

from core.knowledge.ports import Embedder


class Successor:
    """An Embedder: the first of *models*. The others only embed questions, for what they have embedded
    and nobody has embedded anew yet."""

    def __init__(self, models: Sequence[Embedder]) -> None:
        self._now, *before = models
        self.before = tuple(before)

    @property
    def name(self) -> str:
        return self._now.name

    @property
    def now(self) -> Embedder:
        return self._now

    def count(self, text: str) -> int:
        return self._now.count(text)

    def rarity(self, word: str) -> float:
        return self._now.rarity(word)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return await self._now.embed(texts)


def models_of(embedder: Embedder) -> tuple[Embedder, ...]:
    """Every model that questions may be embedded with, the one of new documents first."""
    if isinstance(embedder, Successor):
        return (embedder.now, *embedder.before)
    return (embedder,)
