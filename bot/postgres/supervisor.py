"""One PostgreSQL server for each data folder, shared by every process that asks for it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from bot.postgres.errors import EmbeddedPostgresError
from bot.postgres.server import cluster, watchdog
from bot.postgres.server.account import Account, choose_account
from bot.postgres.server.binaries import find_binaries
from bot.postgres.server.postmaster import Postmaster, answers, running_postmaster
from bot.postgres.server.shares import START, USERS, WATCH, LockFile, beside
from bot.postgres.server.sockets import PORT, make_socket_directory

START_SECONDS = 60.0
# Whoever is in front of us may have to make the cluster and to recover from a crash.
WAIT_FOR_OTHERS_SECONDS = 180.0
LONGEST_LOG_BYTES = 5_000_000
_PAUSE_SECONDS = 0.01
_ORPHANS = "pre-existing shared memory block"


@dataclass(frozen=True)
class Server:
    """A server that is ready; it stays so at least as long as our share is held."""

    pid: int
    data_dir: Path
    socket_directory: Path

    def dsn(self, user: str = "postgres", database: str = cluster.DATABASE) -> str:
        """The address for asyncpg or psql, over the socket. There is no password."""
        host = quote(str(self.socket_directory), safe="")
        name = quote(database, safe="")
        return f"postgresql://{quote(user, safe='')}@/{name}?host={host}&port={PORT}"


class EmbeddedPostgres:
    """Our share in the server of a data folder.

    The first one to come makes the folder and starts the server; the last one to go, by `stop()`
    or by any death, has it stopped. Use it as a context manager, or call `start()` and `stop()`.

    `throwaway` is for tests: faster, and the data may be lost when the machine stops.
    """

    def __init__(self, data_dir: Path, *, throwaway: bool = False) -> None:
        self.data_dir = data_dir.expanduser().resolve()
        self._throwaway = throwaway
        self._share: LockFile | None = None
        self._server: Server | None = None

    def start(self) -> Server:
        """Join the running server, or start it. Blocking: 0.01 s to about 1 s, 60 s at most.

        Raises EmbeddedPostgresError, with the end of the server's log, when it cannot be used.
        """
        if self._server is not None:
            return self._server
        try:
            self._prepare_parent()
            with LockFile(self.data_dir, START) as lock:
                lock.take(WAIT_FOR_OTHERS_SECONDS)
                self._share = LockFile(self.data_dir, USERS)
                self._share.take(WAIT_FOR_OTHERS_SECONDS, shared=True)
                with self._released_on_failure():
                    found = self._join() or self._launch(lock)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The embedded PostgreSQL cannot use {self.data_dir}: {error.strerror}"
                f" ({error.filename}).",
                fix="make the folder yours and writable, or set AEGIS_STATE_DIR to another one.",
            ) from error
        self._server = Server(found.pid, self.data_dir, found.socket_directory)
        return self._server

    def dsn(self, user: str = "postgres", database: str = cluster.DATABASE) -> str:
        """The address of the started server; see `Server.dsn`.

        Raises EmbeddedPostgresError before `start()`.
        """
        if self._server is None:
            raise EmbeddedPostgresError(
                "The embedded PostgreSQL has not been started.", fix="call start() first."
            )
        return self._server.dsn(user, database)

    def stop(self) -> None:
        """Give our share back; the server stops when nobody holds one. Twice does no harm."""
        if self._share is not None:
            self._share.close()
        self._share = self._server = None

    def __enter__(self) -> "EmbeddedPostgres":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @contextmanager
    def _released_on_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.stop()
            raise

    def _prepare_parent(self) -> None:
        self.data_dir.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _join(self) -> Postmaster | None:
        """The server that runs already, once it is ready; None when there is none."""
        deadline = time.monotonic() + START_SECONDS
        while (found := running_postmaster(self.data_dir)) is not None:
            if found.status == "ready" and answers(found):
                # Usually held: then this watchdog leaves again. If somebody killed it, it stays.
                if self._nobody_watches():
                    folder = str(found.socket_directory)
                    watchdog.spawn(watchdog.Watch(str(self.data_dir), folder, pid=found.pid))
                return found
            self._expect_before(deadline, 0)
            time.sleep(_PAUSE_SECONDS)
        return None

    def _nobody_watches(self) -> bool:
        with LockFile(self.data_dir, WATCH) as lock:
            return lock.try_take()

    def _launch(self, lock: LockFile) -> Postmaster:
        # The watchdog of a server that just died still has to notice.
        with LockFile(self.data_dir, WATCH) as watch:
            watch.take(START_SECONDS)
        binaries = find_binaries()
        account = choose_account(binaries, self.data_dir)
        if not cluster.is_whole(self.data_dir):
            cluster.make_cluster(
                self.data_dir, binaries, account, throwaway=self._throwaway, start_lock=lock.fd
            )
        # No server and no watchdog lives, so this file is a dead one's. PostgreSQL itself cannot
        # tell: to it a zombie, or a stranger who got the same number, is a running server.
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
        deadline = time.monotonic() + START_SECONDS
        while True:
            log_start = self._trim_log()
            self._spawn(binaries, account)
            if (found := self._await_ready(deadline, log_start)) is not None:
                return found
            time.sleep(_PAUSE_SECONDS)

    def _spawn(self, binaries: Path, account: Account) -> None:
        folder = make_socket_directory(self.data_dir, account)
        options = cluster.settings(folder, throwaway=self._throwaway)
        flags = [flag for item in options.items() for flag in ("-c", "=".join(item))]
        program = (str(binaries / "postgres"), "-D", str(self.data_dir))
        watchdog.spawn(
            watchdog.Watch(
                data_dir=str(self.data_dir),
                socket_directory=str(folder),
                command=(*account.prefix, *program, *flags),
                user=account.user,
                group=account.group,
            )
        )

    def _await_ready(self, deadline: float, log_start: int) -> Postmaster | None:
        """The server once it is ready; None when it is worth another try.

        After `kill -9` of a server its busy children need a moment to notice, and PostgreSQL
        rightly refuses to start beside them.
        """
        while not self._nobody_watches():
            found = running_postmaster(self.data_dir)
            if found is not None and found.status == "ready":
                return found
            self._expect_before(deadline, log_start)
            time.sleep(_PAUSE_SECONDS)
        if _ORPHANS in self._log_since(log_start) and time.monotonic() < deadline:
            return None
        raise EmbeddedPostgresError(
            "The embedded PostgreSQL did not start.",
            log=self._log_since(log_start),
            fix="see what the server said; free disk space and memory are the usual causes."
            " A folder that cannot be saved can be moved away, or set DATABASE_URL.",
        )

    def _expect_before(self, deadline: float, log_start: int) -> None:
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(
                f"The embedded PostgreSQL was not ready within {START_SECONDS:.0f} s.",
                log=self._log_since(log_start),
                fix="it may still be recovering from a crash: try again in a minute.",
            )

    def _trim_log(self) -> int:
        """Start a new log when it grew long; the size of the log now, in bytes."""
        path = beside(self.data_dir, "log")
        size = path.stat().st_size if path.exists() else 0
        if size > LONGEST_LOG_BYTES:
            os.replace(path, beside(self.data_dir, "log.1"))
            return 0
        return size

    def _log_since(self, start: int) -> str:
        """The end of what the server logged from this byte on, at most 2,000 characters."""
        path = beside(self.data_dir, "log")
        return path.read_bytes()[start:].decode(errors="replace")[-2000:] if path.exists() else ""
