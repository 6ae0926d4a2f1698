"""One reading process, seen from the service: started, asked, and ended whatever happens."""

import asyncio
import json
import logging
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import IO

from core.kernel.errors import Unavailable
from core.knowledge.reading.confinement.limits import CPU_SECONDS_WITHOUT_PAGES
from core.knowledge.reading.formats.reading import LENGTH_BYTES

log = logging.getLogger(__name__)

MAX_OUTPUT = 32 * 1024 * 1024
# `-I` keeps the environment and the working folder off the path, so the code says where it lies.
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from core.knowledge.reading import child; child.main(*map(int, sys.argv[2:]))"
)
_ROOT = str(Path(__file__).resolve().parents[3])
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
_NO_ROOM = "There is no room on this machine to read files just now. Send it again later."


class Died(Exception):
    """The process ended, or said what nobody asked for."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.used_its_time = status == -signal.SIGXCPU


class ReadingChild:
    """A process and the file it reads from, which has no name: it is gone when both have closed it,
    however they end."""

    def __init__(self, process: asyncio.subprocess.Process, file: IO[bytes]) -> None:
        self._process = process
        self._file = file
        self.files_read = 0

    @classmethod
    async def start(cls, cpu_seconds: int = CPU_SECONDS_WITHOUT_PAGES) -> "ReadingChild":
        """Raises Unavailable, in words, where there is no room for a file or a process."""
        try:
            file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed with the process
        except OSError as error:
            raise _no_room(error) from error
        arguments = (_ROOT, *map(str, (os.getpid(), file.fileno(), cpu_seconds)))
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-B", "-c", _START, *arguments),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(file.fileno(),),
                env=_ENVIRONMENT,
            )
        except OSError as error:
            file.close()
            raise _no_room(error) from error
        except BaseException:
            file.close()
            raise
        return cls(process, file)

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_filtered(self) -> bool:
        """Whether the kernel refuses it all calls but those on the list: not so on every machine,
        nor inside every container. Only true once it has read something."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        except OSError:
            return False
        return "\nSeccomp:\t2\n" in status

    async def read(self, content: bytes, ending: str) -> bytes:
        """The process's answer. Raises Died, and Unavailable when the disk is full."""
        try:
            await asyncio.to_thread(_fill, self._file, content)
        except OSError as error:
            raise _no_room(error) from error
        try:
            answer = await self._ask({"size": len(content), "ending": ending})
        finally:
            self._file.truncate(0)  # what was read is not kept until the process ends
        self.files_read += 1
        return answer

    async def _ask(self, request: dict[str, int | str]) -> bytes:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            await stdin.drain()
            length = int.from_bytes(await stdout.readexactly(LENGTH_BYTES), "big")
            if length <= MAX_OUTPUT:
                return await stdout.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Died(await self._process.wait()) from None
        raise Died(None)

    async def end(self) -> None:
        """Kill it with all it started, also after a cancelled reading, and collect it."""
        self._file.close()
        if self._process.returncode is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            await asyncio.shield(self._process.wait())


def _no_room(error: OSError) -> Unavailable:
    """Words for the person; the operator learns what is lacking."""
    log.error("a file could not be read in: %s", error.strerror)
    return Unavailable(_NO_ROOM)


def _fill(file: IO[bytes], content: bytes) -> None:
    file.seek(0)
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]
