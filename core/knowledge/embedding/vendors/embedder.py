"""A vendor as an Embedder: batches, checked numbers, and a rest after it has failed."""

import asyncio
import time
from collections.abc import Callable, Sequence
from math import isfinite, sqrt
from typing import Any, Protocol

from core.gateway.ports import ProviderError
from core.knowledge.embedding.vendors.scale import PAIRS, Scale, scale_of
from core.knowledge.ports import DIMENSION
from core.knowledge.reading.chunking import estimate_pieces

BATCH = 64  # texts in one request; Gemini takes 100
REST_SECONDS = 30.0  # after a failure nobody waits for it again
LONGEST_REST_SECONDS = 600.0


class Vendor(Protocol):
    """Embeddings behind one wire format."""

    @property
    def name(self) -> str:
        """Vendor and model."""
        ...

    async def vectors(self, texts: Sequence[str]) -> list[Any]:
        """What came for each text, unchecked. Raises ProviderError, and whatever reading an answer of
        another form raises."""
        ...


class VendorEmbedder:
    """An Embedder. *rarity* is of this machine: how rare a word is, no vendor tells."""

    def __init__(
        self,
        vendor: Vendor,
        rarity: Callable[[str], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = f"{vendor.name}@{DIMENSION}"
        self.rarity = rarity
        self._vendor, self._clock = vendor, clock
        self._rests_until = 0.0
        self._scale: Scale | None = None
        self._measuring = asyncio.Lock()

    def count(self, text: str) -> int:
        return estimate_pieces(text)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Raises ProviderError, and at once while the vendor rests after a failure."""
        found: list[list[float]] = []
        for start in range(0, len(texts), BATCH):
            found += await self._embed_batch(texts[start : start + BATCH])
        return found

    async def scale(self) -> Scale:
        async with self._measuring:
            if self._scale is None:
                texts = [text for pair in PAIRS for text in pair]
                self._scale = scale_of(await self.embed(texts))
            return self._scale

    async def _embed_batch(self, texts: Sequence[str]) -> list[list[float]]:
        if self._clock() < self._rests_until:
            raise ProviderError("server", "rests after a failure")
        try:
            return _checked(await self._vendor.vectors(texts), len(texts))
        except ProviderError as error:
            rest = min(max(error.retry_after or 0.0, REST_SECONDS), LONGEST_REST_SECONDS)
            self._rests_until = self._clock() + rest
            raise
        except (LookupError, TypeError, AttributeError, ValueError, OverflowError):
            self._rests_until = self._clock() + REST_SECONDS
            raise ProviderError("garbage", "embeddings of another form") from None


def _checked(vectors: list[Any], wanted: int) -> list[list[float]]:
    """The vectors with length 1. Raises ProviderError."""
    if len(vectors) != wanted:
        raise ProviderError("garbage", f"{len(vectors)} embeddings for {wanted} texts")
    return [_unit([float(number) for number in vector]) for vector in vectors]


def _unit(vector: list[float]) -> list[float]:
    if len(vector) != DIMENSION:
        raise ProviderError(
            "garbage",
            f"{len(vector)} numbers instead of {DIMENSION}: this model cannot be asked for fewer",
        )
    length = sqrt(sum(number * number for number in vector))
    if not (isfinite(length) and length > 0):
        raise ProviderError("garbage", "an embedding without a direction")
    return [number / length for number in vector]
