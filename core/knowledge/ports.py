"""What knowledge needs from outside itself: something that reads files, something that embeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.knowledge.model import Media

DIMENSION = 384  # of every embedding we store; the column in the schema has the same number


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a document: one page of it, or all of it when it has no pages."""

    page: int | None
    text: str  # markdown


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a file turned out to be, and its words."""

    media: Media
    parts: tuple[Part, ...]
    pages: int | None  # None when the format has none


class Reader(Protocol):
    """Turns an untrusted file into text."""

    async def read(self, content: bytes, name: str) -> Extracted:
        """The words of a file. *name* is only a hint, and only between md and txt.

        Raises core.kernel.errors.Invalid, with the reason in words, when it cannot be read.
        """
        ...


class Embedder(Protocol):
    """Turns text into unit vectors, so that near meanings lie near each other."""

    @property
    def name(self) -> str:
        """Which model: vectors of two models are never compared."""
        ...

    def count(self, text: str) -> int:
        """How many word pieces the model sees in *text*."""
        ...

    def rarity(self, word: str) -> float:
        """How rare a word is in the language at large: 0 for the commonest, 1 for the unheard of."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of DIMENSION numbers per text, of length 1."""
        ...
