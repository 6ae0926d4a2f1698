"""Read untrusted files in child processes that can hurt nobody but themselves."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, get_args

from core.kernel.errors import Invalid
from core.knowledge.model import Media
from core.knowledge.ports import Block, BlockKind, Extracted, Part, Reader
from core.knowledge.reading.child_process import Died, ReadingChild
from core.knowledge.reading.confinement.limits import CPU_SECONDS_WITHOUT_PAGES
from core.knowledge.reading.formats.reading import MAX_TEXT
from core.knowledge.reading.names import known_ending, safe_name

WALL_SECONDS = 60.0
MAX_AT_ONCE = 2  # files of one service; a burst of uploads must not take the machine's memory
SMALL_FILE = 1_000_000  # bytes; a larger one has a process of its own
FILES_A_CHILD = 100

_DAMAGED = "I could not read this file: it may be damaged, or ask for too much memory."
_TOO_LONG = "Reading this file took too long, so I stopped."
_LONGEST_SENTENCE = 500
_MOST_NOTES = 5


@dataclass(frozen=True, slots=True)
class _Limits:
    """Of one file; the rest of them is the process's own."""

    wall_seconds: float
    cpu_seconds: int


class LimitedReader:
    """A Reader: limits for each file, and a process that is killed with all it started."""

    def __init__(
        self,
        wall_seconds: float = WALL_SECONDS,
        cpu_seconds: int = CPU_SECONDS_WITHOUT_PAGES,
    ) -> None:
        self._limits = _Limits(wall_seconds, cpu_seconds)
        self._gate = asyncio.Semaphore(MAX_AT_ONCE)

    async def read(self, content: bytes, name: str) -> Extracted:
        """Raises Invalid, in words for the person who sent the file."""
        async with self.batch() as batch:
            return await batch.read(content, name)

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Reader]:
        """A Reader for small files of one person, one after the other: they share a process."""
        batch = _Batch(self._gate, self._limits)
        try:
            yield batch
        finally:
            await batch.end()


class _Batch:
    def __init__(self, gate: asyncio.Semaphore, limits: _Limits) -> None:
        self._gate = gate
        self._turn = asyncio.Lock()
        self._limits = limits
        self._child: ReadingChild | None = None

    async def read(self, content: bytes, name: str) -> Extracted:
        async with self._turn, self._gate:
            is_large = len(content) > SMALL_FILE
            if is_large or self._is_worn():
                await self.end()
            shared = self._child is not None
            try:
                try:
                    return await self._answer(content, name)
                except Died:
                    if not shared:
                        raise
                    # What it died of may be the sum of the files before.
                    return await self._answer(content, name)
            except Died as death:
                raise Invalid(_TOO_LONG if death.used_its_time else _DAMAGED) from None
            finally:
                if is_large:
                    await self.end()

    async def _answer(self, content: bytes, name: str) -> Extracted:
        """The process is kept after an answer, and after nothing else."""
        # Only the ending of a name leaves this process, and only one we know.
        ending = known_ending(safe_name(name))
        answer = None
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                if self._child is None:
                    self._child = await ReadingChild.start(self._limits.cpu_seconds)
                answer = await self._child.read(content, ending)
        except TimeoutError:
            raise Invalid(_TOO_LONG) from None
        finally:
            if answer is None:
                await self.end()
        return await asyncio.to_thread(_parse, answer)  # beside the loop: it may be large

    async def end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await child.end()

    def _is_worn(self) -> bool:
        return self._child is not None and self._child.files_read >= FILES_A_CHILD


def _parse(output: bytes) -> Extracted:
    """What the process says is as little to be trusted as the file it read. Raises Invalid."""
    try:
        answer: dict[str, Any] = json.loads(output)
        if "unreadable" in answer:
            raise Invalid(_sentence(answer["unreadable"]))
        parts = tuple(
            Part(_page(page), tuple(_block(*written) for written in blocks))
            for page, blocks in answer["parts"]
        )
        notes = tuple(_sentence(note) for note in answer["notes"][:_MOST_NOTES])
        media, pages = answer["media"], _page(answer["pages"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Invalid(_DAMAGED) from None
    length = sum(len(block.text) for part in parts for block in part.blocks)
    if media not in get_args(Media) or length > MAX_TEXT:
        raise Invalid(_DAMAGED)
    return Extracted(media, parts, pages, notes)


def _block(kind: Any, text: Any, level: Any) -> Block:
    is_heading = kind == "heading"
    if kind not in get_args(BlockKind) or level not in (range(1, 7) if is_heading else (0,)):
        raise ValueError
    return Block(kind, _text(text), level)


def _page(number: Any) -> int | None:
    if number is None or (isinstance(number, int) and 0 < number < 2**31):
        return number
    raise ValueError


def _text(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError
    return text.replace("\0", "")


def _sentence(text: Any) -> str:
    """One line that a terminal and Slack can show."""
    line = "".join(c if c.isprintable() else " " for c in _text(text))
    return line[:_LONGEST_SENTENCE]
