"""Programs under supervision: started, killed, started again, and all of them stopped at the end."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import aiohttp

READY_SECONDS = 60.0
LIVE = "/health/live"
STOP_SECONDS = 40.0  # a worker may take 30 s to hand back what it holds
CHECKOUT = Path(__file__).resolve().parents[3]
_KEPT_FROM_OUTSIDE = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "PYTHONPATH")


class DidNotStart(Exception):
    """A program is not ready in time; the message holds the end of its log."""


class Program:
    """One `python -m …` with a log of its own. What it writes goes to a file, never to a full pipe.

    *says* is the line by which a program without a port tells that it is ready.
    """

    def __init__(
        self,
        name: str,
        words: tuple[str, ...],
        environment: Mapping[str, str],
        log: Path,
        *,
        port: int | None = None,
        ready_path: str = LIVE,
        says: str = "",
    ) -> None:
        self.name = name
        self.words = words
        self.environment = dict(environment)
        self.log = log
        self.port = port
        self._ready_path = self._asked_path = ready_path
        self._says = says
        self._process: asyncio.subprocess.Process | None = None
        self._read_from = 0
        self.stdout: int | None = None  # a descriptor that takes the output's place, for one start

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def launch(self, **extra: str) -> None:
        """Start it without waiting; *extra* is added to its environment, this time only."""
        outside = {name: os.environ[name] for name in _KEPT_FROM_OUTSIDE if name in os.environ}
        # With a wrong clock it never calls itself ready, and rightly; it is up all the same.
        self._asked_path = LIVE if "FAKETIME" in extra else self._ready_path
        self._read_from = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            target = log.fileno() if self.stdout is None else self.stdout
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *self.words),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=target,
                stderr=target,
                cwd=CHECKOUT,
                env={"PYTHONUNBUFFERED": "1", **outside, **self.environment, **extra},
            )

    async def start(self, **extra: str) -> float:
        """Start it and wait until it can work; seconds that took. Raises DidNotStart."""
        began = time.monotonic()
        await self.launch(**extra)
        await self.ready()
        return time.monotonic() - began

    async def ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not await self._is_ready():
            if not self.is_running or time.monotonic() > deadline:
                raise DidNotStart(f"{self.name}: {self.said()[-2000:]}")
            await asyncio.sleep(0.05)

    def said(self) -> str:
        """What it wrote since its last start."""
        with self.log.open("rb") as log:
            log.seek(self._read_from)
            return log.read().decode(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def wait(self) -> int:
        assert self._process is not None
        return await self._process.wait()

    async def kill(self) -> None:
        self.signal(signal.SIGKILL)
        await self.wait()

    async def terminate(self) -> float:
        """SIGTERM, and wait for its end; seconds that took. Raises TimeoutError after 40 s."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            await self.wait()
        return time.monotonic() - began

    async def close(self) -> None:
        if self.is_running:
            self.signal(signal.SIGCONT)
            await self.kill()

    async def _is_ready(self) -> bool:
        if self.port is None:
            return self._says in self.said()
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as http,
                http.get(f"http://127.0.0.1:{self.port}{self._asked_path}") as answer,
            ):
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False


def free_port() -> int:
    """A port nobody has now; what is started again keeps it, as behind a load balancer."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
