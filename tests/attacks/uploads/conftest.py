"""One reading process for all hostile files of a module: what one does to it, the next must survive."""

import os
import resource
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from core.kernel.errors import Invalid
from core.knowledge.ports import Reader
from core.knowledge.reading.limited_reader import LimitedReader

Refuse = Callable[[bytes, str], Awaitable[str]]
WITHIN_SECONDS = (
    10.0  # of a processor: how long it takes by the clock, the machine's other work decides
)


@pytest.fixture(scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with LimitedReader().batch() as batch:
        yield batch


@pytest.fixture
def in_time(reader: Reader) -> Callable[[], AbstractContextManager[None]]:
    @contextmanager
    def limited() -> Iterator[None]:
        before = spent(reader)
        yield
        assert spent(reader) - before < WITHIN_SECONDS

    return limited


def spent(reader: Reader) -> float:
    """The seconds of a processor that reading processes have had: those that ended, and the one that is."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = ended.ru_utime + ended.ru_stime
    child = getattr(reader, "_child", None)
    with suppress(OSError):  # not Linux, or not there any more
        fields = (
            Path(f"/proc/{child.pid if child else 0}/stat").read_text("ascii").rpartition(")")[2]
        )
        user, system = fields.split()[11:13]
        seconds += (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return seconds


@pytest.fixture
def refused(reader: Reader, in_time: Callable[[], AbstractContextManager[None]]) -> Refuse:
    """The sentence with which a file is refused; it comes in time, and a good file is read after it."""

    async def read(content: bytes, name: str = "file") -> str:
        with in_time(), pytest.raises(Invalid) as told:
            await reader.read(content, name)
        sentence = str(told.value)
        assert sentence.endswith((".", "."))
        assert "Traceback" not in sentence
        assert "Error" not in sentence
        assert (await reader.read(b"Still here.", "a.txt")).parts[0].text == "Still here."
        return sentence

    return read
