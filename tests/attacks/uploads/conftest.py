"""One reading process for all hostile files of a module: what one does to it, the next must survive."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from core.kernel.errors import Invalid
from core.knowledge.ports import Reader
from core.knowledge.reading.limited_reader import LimitedReader

Refuse = Callable[[bytes, str], Awaitable[str]]
WITHIN_SECONDS = 10.0


@pytest.fixture(scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with LimitedReader().batch() as batch:
        yield batch


@pytest.fixture
def refused(reader: Reader) -> Refuse:
    """The sentence with which a file is refused; it comes in time, and a good file is read after it."""

    async def read(content: bytes, name: str = "file") -> str:
        begun = time.perf_counter()
        async with asyncio.timeout(WITHIN_SECONDS + 5):
            with pytest.raises(Invalid) as told:
                await reader.read(content, name)
        assert time.perf_counter() - begun < WITHIN_SECONDS
        sentence = str(told.value)
        assert sentence.endswith((".", "."))
        assert "Traceback" not in sentence
        assert "Error" not in sentence
        assert (await reader.read(b"Still here.", "a.txt")).parts[0].text == "Still here."
        return sentence

    return read
