"""A PostgreSQL server of our own that may be killed, stopped in its tracks, and started again.

`bot.postgres` takes care that its server never dies; here it has to. The programs, the account and
the settings are the product's own, fsync is on as in production.
"""

import asyncio
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import asyncpg

from bot.postgres.server.account import ENVIRONMENT, choose_account
from bot.postgres.server.binaries import find_binaries
from bot.postgres.server.cluster import make_cluster, settings
from bot.postgres.server.shares import START, LockFile
from bot.postgres.server.sockets import make_socket_directory
from bot.postgres.supervisor import Server
from tests.faults.cluster.process_table import children_of, is_alive

READY_SECONDS = 60.0
MOST_CONNECTIONS = "250"  # two web and two worker processes, what is started anew, and ourselves


class OwnedPostgres:
    """One data folder and, most of the time, the server of it."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "data"
        self.binaries = find_binaries()
        self.account = choose_account(self.binaries, self.data_dir)
        self.log = folder / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.socket_directory = make_socket_directory(self.data_dir, self.account)

    def dsn(self, user: str = "postgres") -> str:
        return Server(0, self.data_dir, self.socket_directory).dsn(user)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def make(self) -> None:
        with LockFile(self.data_dir, START) as lock:
            make_cluster(
                self.data_dir, self.binaries, self.account, throwaway=False, start_lock=lock.fd
            )

    async def start(self, **chosen: str) -> float:
        """Start it and wait until it answers; seconds that took, recovery included.

        *chosen* are settings of this start alone. Raises TimeoutError with the end of its log.
        """
        began = time.monotonic()
        while True:
            if self._process is None or self._process.poll() is not None:
                # Right after a kill the shared memory may still be somebody's: it is tried again.
                self._process = await asyncio.to_thread(self.launch, self.data_dir, **chosen)
            if await self._answers():
                return time.monotonic() - began
            if time.monotonic() - began > READY_SECONDS:
                raise TimeoutError(f"PostgreSQL does not start: {self.last_words()}")
            await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """kill -9 for the server and each of its processes at once, as when power fails."""
        for pid in self._family():
            _signal(pid, signal.SIGKILL)
        await self._gone()

    def hang(self) -> None:
        """Everything stands still; connections stay open and nobody answers."""
        for pid in self._family():
            _signal(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        for pid in self._family():
            _signal(pid, signal.SIGCONT)

    async def restart(self) -> float:
        """As an operator does it (`pg_ctl restart -m fast`); seconds without a server."""
        began = time.monotonic()
        _signal(self.pid, signal.SIGINT)
        await self._gone()
        await self.start()
        return time.monotonic() - began

    async def stop(self) -> None:
        """For good, and quickly: nobody needs the data any more."""
        if self._process is None:
            return
        self.go_on()
        _signal(self.pid, signal.SIGQUIT)
        try:
            async with asyncio.timeout(10):
                await self._gone()
        except TimeoutError:
            await self.kill()

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""

    def launch(self, data_dir: Path, **chosen: str) -> subprocess.Popen[bytes]:
        """A server of *data_dir*, which may be another's; *chosen* are settings over the usual."""
        usual = settings(self.socket_directory, throwaway=False)
        usual |= {"max_connections": MOST_CONNECTIONS}
        command = [*self.account.prefix, str(self.binaries / "postgres"), "-D", str(data_dir)]
        for name, value in (usual | chosen).items():
            command += ["-c", f"{name}={value}"]
        user = self.account.user
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=ENVIRONMENT,
                user=user,
                group=self.account.group,
                extra_groups=None if user is None else [],
                umask=0o077,
                start_new_session=True,
            )

    def _family(self) -> list[int]:
        return [self.pid, *children_of(self.pid)] if self._process is not None else []

    async def _gone(self) -> None:
        assert self._process is not None
        family = self._family()
        await asyncio.to_thread(self._process.wait)
        while any(is_alive(pid) for pid in family):  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.01)

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.dsn(), timeout=2)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        await connection.close()
        return True


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
