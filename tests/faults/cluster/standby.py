"""A second server that follows the first by streaming, and in the end takes its place.

PostgreSQL, "Hot Standby" and "pg_basebackup": the copy is made while the first one works, follows
what it writes, and answers questions that change nothing until it is promoted.
"""

import asyncio
import shutil
import signal
import subprocess
import time

import asyncpg

from tests.faults.cluster.postgres import READY_SECONDS, OwnedPostgres

PORT = "5433"  # its socket lies beside the first one's
STOPPED_SECONDS = 20.0
PROMOTED_SECONDS = 30


class Standby:
    """Follows *primary* until it is cut off. What the other writes after that, it never learns."""

    def __init__(self, primary: OwnedPostgres) -> None:
        self._primary = primary
        self._data_dir = primary.data_dir.with_name("standby")
        self._process: subprocess.Popen[bytes] | None = None

    async def follow(self) -> None:
        """Make the copy and wait until it has everything. Raises TimeoutError."""
        await asyncio.to_thread(self._copy)
        self._process = await asyncio.to_thread(self._primary.launch, self._data_dir, port=PORT)
        await self._caught_up()

    async def cut_off(self) -> None:
        """It stops, and keeps what has reached it."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        await asyncio.to_thread(self._process.wait, STOPPED_SECONDS)

    async def take_over(self) -> None:
        """The first server is dead and its data gone; this one stands at its address, and refuses
        to change anything until `promote`."""
        primary = self._primary
        await asyncio.to_thread(shutil.rmtree, primary.data_dir)
        self._data_dir.rename(primary.data_dir)
        await primary.start(primary_conninfo="")

    async def promote(self) -> None:
        """PostgreSQL, `pg_promote`: on a timeline of its own from here on."""
        admin = await asyncpg.connect(self._primary.dsn())
        try:
            assert await admin.fetchval("select pg_promote(true, $1)", PROMOTED_SECONDS)
        finally:
            await admin.close()

    def _copy(self) -> None:
        primary = self._primary
        shutil.rmtree(self._data_dir, ignore_errors=True)
        self._data_dir.mkdir(mode=0o700)
        primary.account.own(self._data_dir)
        command = [str(primary.binaries / "pg_basebackup"), "-D", str(self._data_dir)]
        command += ["-h", str(primary.socket_directory), "-U", "postgres", "--write-recovery-conf"]
        command += ["--checkpoint=fast", "--wal-method=stream", "--no-sync"]
        done = primary.account.run(command)
        if done.returncode != 0:
            raise RuntimeError(f"pg_basebackup failed: {done.stdout[-1500:]}")

    async def _caught_up(self) -> None:
        """Until all that is written at this moment has been received and replayed there."""
        question = "select bool_or(replay_lsn >= $1::text::pg_lsn) from pg_stat_replication"
        admin = await asyncpg.connect(self._primary.dsn())
        try:
            written = await admin.fetchval("select pg_current_wal_lsn()::text")
            deadline = time.monotonic() + READY_SECONDS
            while not await admin.fetchval(question, written):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the standby lags: {self._primary.last_words()}")
                await asyncio.sleep(0.05)
        finally:
            await admin.close()
