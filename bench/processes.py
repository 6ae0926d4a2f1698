"""Programs the bench starts beside itself: each says its address, and each is stopped by its pid."""

import asyncio
import os
import re
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 15.0
# `python -m` finds packages from where it is started.
CHECKOUT = Path(__file__).resolve().parents[1]
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_KEPT_FROM_OUTSIDE = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL")


class BenchError(Exception):
    """A figure could not be taken, or would not be true; the message says why."""


@dataclass(frozen=True, slots=True)
class Program:
    """A running program of ours and where it answers."""

    pid: int
    address: str

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])


@asynccontextmanager
async def running(
    *module_and_arguments: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Program]:
    """Run `python -m …` until the block ends. Raises BenchError when it names no address in time.

    Of the outside environment only the paths are handed on, so that nobody's settings or keys
    change what is measured.
    """
    outside = {name: os.environ[name] for name in _KEPT_FROM_OUTSIDE if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *module_and_arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=CHECKOUT,
        # Unbuffered: an address that waits in a buffer is never read.
        env={"PYTHONUNBUFFERED": "1"} | outside | dict(environment or {}),
    )
    output = _Output(process)
    reading = asyncio.create_task(output.read())
    try:
        yield Program(process.pid, await output.address())
    finally:
        await _stop(process)
        await reading


class _Output:
    """What the program says: its address, and the last lines in case it fails."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lines: deque[str] = deque(maxlen=20)
        self._found: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

    async def read(self) -> None:
        """To the end, whatever comes: a full pipe would stop the program."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self._lines.append(line.decode(errors="replace").rstrip())
            named = _ADDRESS.search(self._lines[-1])
            if named and not self._found.done():
                self._found.set_result(named[0])
        if not self._found.done():
            self._found.set_result(None)

    async def address(self) -> str:
        try:
            async with asyncio.timeout(START_SECONDS):
                found = await self._found
        except TimeoutError:
            found = None
        if found is None:
            raise BenchError("a program did not start:\n" + "\n".join(self._lines))
        return found


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
