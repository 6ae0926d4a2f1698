"""Read untrusted files in a child process that can hurt nobody but itself."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from core.kernel.errors import Invalid
from core.knowledge.ports import Extracted, Part

WALL_SECONDS = 60.0
MAX_OUTPUT = 32 * 1024 * 1024
MAX_AT_ONCE = 2  # children of one service; a burst of uploads must not take the machine's memory

# `-I` keeps the environment and the working folder off the path, so the code says where it lies.
_START = "import sys; sys.path.insert(0, sys.argv[1]); from core.knowledge.reading import child; child.main()"
_ROOT = str(Path(__file__).resolve().parents[3])
_DAMAGED = "I could not read this file: it may be damaged, or ask for too much memory."


class LimitedReader:
    """A Reader: one child a file, with limits of its own, killed with all it started."""

    def __init__(self, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._gate = asyncio.Semaphore(MAX_AT_ONCE)

    async def read(self, content: bytes, name: str) -> Extracted:
        """Raises Invalid, in words for the person who sent the file."""
        async with self._gate:
            with tempfile.TemporaryFile() as file:
                await asyncio.to_thread(_fill, file, content)
                output = await self._run(file, _hint(name))
        return _parse(output)

    async def _run(self, file: IO[bytes], hint: str) -> bytes:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-B", "-c", _START, _ROOT, hint),
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        )
        assert child.stdout is not None
        try:
            async with asyncio.timeout(self._wall_seconds):
                output = await _read_bounded(child.stdout)
                status = await child.wait()
        except TimeoutError:
            raise Invalid("Reading this file took too long, so I stopped.") from None
        finally:
            await _end(child)
        if status != 0:
            raise Invalid(_DAMAGED)
        return output


def _fill(file: IO[bytes], content: bytes) -> None:
    file.write(content)
    file.flush()
    file.seek(0)


def _hint(name: str) -> str:
    """Only the ending of a name leaves this process, and only one we know: never a path."""
    return next((end for end in (".md", ".markdown", ".txt") if name.lower().endswith(end)), "")


async def _read_bounded(stream: asyncio.StreamReader) -> bytes:
    output = bytearray()
    while block := await stream.read(65_536):
        output += block
        if len(output) > MAX_OUTPUT:
            raise Invalid("This file has too much text in it. Split it and send me the parts.")
    return bytes(output)


async def _end(child: asyncio.subprocess.Process) -> None:
    """Kill the child's whole session, also after a cancelled read, and collect it."""
    if child.returncode is None:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        await asyncio.shield(child.wait())


def _parse(output: bytes) -> Extracted:
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:
        raise Invalid(_DAMAGED) from None
    if "unreadable" in answer:
        raise Invalid(answer["unreadable"])
    parts = tuple(Part(page, text) for page, text in answer["parts"])
    return Extracted(answer["media"], parts, answer["pages"])
