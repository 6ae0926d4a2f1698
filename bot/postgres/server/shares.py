"""Three lock files beside the data folder say who is there; the kernel drops them on any death.

`start` is held while a server starts or stops. `users` is shared by every process that uses the
server. `watch` is held by the watchdog. Always taken in this order, so nobody waits in a circle.
"""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from bot.postgres.errors import EmbeddedPostgresError

START, USERS, WATCH = "start", "users", "watch"
_PAUSE_SECONDS = 0.02


def beside(data_dir: Path, suffix: str) -> Path:
    """A file that belongs to the data folder and lives next to it."""
    return data_dir.with_name(f"{data_dir.name}.{suffix}")


class LockFile:
    """One advisory lock; close() gives it back, and so does the death of the process."""

    def __init__(self, data_dir: Path, name: str) -> None:
        self.path = beside(data_dir, name)
        self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_take(self, *, shared: bool = False) -> bool:
        """Take it if that is possible now."""
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self.fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def take(self, seconds: float, *, shared: bool = False) -> None:
        """Take it, waiting at most this long.

        Raises EmbeddedPostgresError when another process holds it all that time.
        """
        deadline = time.monotonic() + seconds
        while not self.try_take(shared=shared):
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"Another process has kept the embedded PostgreSQL busy for {seconds:.0f} s.",
                    fix=f"look for a hanging process that has {self.path} open, and end it.",
                )
            time.sleep(_PAUSE_SECONDS)

    def give_back(self) -> None:
        """Let others have it, and keep the file open."""
        fcntl.flock(self.fd, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let others have it; a second call does nothing."""
        with suppress(OSError):
            os.close(self.fd)
        self.fd = -1

    def __enter__(self) -> "LockFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
