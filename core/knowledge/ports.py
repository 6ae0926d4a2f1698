"""What knowledge needs from outside itself: something that reads files, something that embeds."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from core.knowledge.model import Media

DIMENSION = 384  # of every embedding we store; the column in the schema has the same number


BlockKind = Literal["heading", "text", "table", "fence"]


@dataclass(frozen=True, slots=True)
class Block:
    """What a document is made of: a heading, or something below one."""

    kind: BlockKind
    text: str  # Markdown; of a heading the words alone
    level: int = 0  # of a heading, from 1


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a document: one page of it, or all of it when it has no pages."""

    page: int | None
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """The same as one Markdown text."""
        return "\n\n".join(
            f"{'#' * block.level} {block.text}" if block.level else block.text
            for block in self.blocks
        )


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a file turned out to be, and its words."""

    media: Media
    parts: tuple[Part, ...]
    pages: int | None  # None when the format has none
    notes: tuple[str, ...] = ()  # sentences for the person: what of it could not be read


class Reader(Protocol):
    """Turns an untrusted file into text."""

    async def read(self, content: bytes, name: str) -> Extracted:
        """The words of a file. *name* only tells kinds of plain text apart.

        Raises core.kernel.errors.Invalid, with the reason in words, when it cannot be read, and
        Unavailable when this machine has no room for it now.
        """
        ...


class BatchReader(Reader, Protocol):
    """Reads one file, or many small ones with less effort for each."""

    def batch(self) -> AbstractAsyncContextManager[Reader]:
        """A Reader for files of one person, one after the other."""
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
        """One vector of DIMENSION numbers per text, of length 1. Raises
        core.gateway.ports.ProviderError when a vendor makes them and does not."""
        ...
