"""The child that keeps the server while anybody uses it, and stops it when the last one is gone.

It runs as a process of its own session, so that neither Ctrl-C nor `kill -9` of the program that
started it takes it along. It is the server's parent: a killed server is reaped at once. Only the
standard library and this folder are imported here, so that it starts fast and stays small.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.postgres.errors import EmbeddedPostgresError
from bot.postgres.server.account import ENVIRONMENT
from bot.postgres.server.postmaster import is_running
from bot.postgres.server.shares import START, USERS, WATCH, LockFile, beside

_ROOT = Path(__file__).resolve().parents[3]
_PAUSE_SECONDS = 0.1
# Fast shutdown, then without a checkpoint, then by force; with the seconds each one gets.
_WAYS_TO_STOP = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
# -I and -S: no environment, no site-packages; the code comes from this checkout alone.
_LAUNCH = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
    "runpy.run_module('bot.postgres.server.watchdog', run_name='__main__')"
)


@dataclass(frozen=True)
class Watch:
    """What to keep: a server to start (`command`), or one that runs already (`pid`)."""

    data_dir: str
    socket_directory: str
    command: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None
    pid: int = 0


def spawn(watch: Watch) -> None:
    """Start a watchdog; returns once it holds its lock. It does nothing if another one does.

    Raises EmbeddedPostgresError when our own interpreter cannot run it.
    """
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
        [sys.executable, "-I", "-S", "-c", _LAUNCH, str(_ROOT), json.dumps(asdict(watch))],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd="/",
        env=ENVIRONMENT,
        start_new_session=True,
        check=False,
    )
    if done.returncode != 0:
        raise EmbeddedPostgresError(
            "The watchdog of the embedded PostgreSQL could not be started.",
            log=done.stderr.decode(errors="replace")[-2000:],
            fix="check the Python installation, or set DATABASE_URL.",
        )


class Watchdog:
    """One server and the locks that say whether anybody needs it."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._data_dir = Path(watch.data_dir)
        self._start = LockFile(self._data_dir, START)
        self._users = LockFile(self._data_dir, USERS)
        self._told_to_stop = False
        self._child = self._launch() if watch.command else None

    def _launch(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - the command is made by the supervisor
            self._watch.command,
            cwd="/",
            user=self._watch.user,
            group=self._watch.group,
            extra_groups=None if self._watch.user is None else [],
        )

    def guard(self) -> None:
        """Return when the server is gone: by itself, or because nobody used it any more."""
        signal.signal(signal.SIGTERM, self._on_term)
        while self._is_up():
            if self._told_to_stop or self._nobody_is_left():
                self._stop()
            time.sleep(_PAUSE_SECONDS)
        # Nobody makes it anew before our watch lock is gone, and that is gone when we are.
        with suppress(OSError):
            Path(self._watch.socket_directory).rmdir()

    def _on_term(self, *_: object) -> None:
        self._told_to_stop = True

    def _nobody_is_left(self) -> bool:
        """On True both locks stay with us: whoever comes now waits until the server is gone."""
        if not self._start.try_take():
            return False
        if self._users.try_take():
            return True
        self._start.give_back()
        return False

    def _is_up(self) -> bool:
        if self._child is not None:
            return self._child.poll() is None
        return is_running(self._watch.pid, self._data_dir)

    def _stop(self) -> None:
        pid = self._child.pid if self._child is not None else self._watch.pid
        for way, seconds in _WAYS_TO_STOP:
            deadline = time.monotonic() + seconds
            if self._is_up():
                os.kill(pid, way)
            while self._is_up() and time.monotonic() < deadline:
                time.sleep(0.01)


def main() -> None:
    """Hold the watch lock and guard in a grandchild, so that nobody has to wait for this child."""
    watch = Watch(**json.loads(sys.argv[1]))
    lock = LockFile(Path(watch.data_dir), WATCH)
    if not lock.try_take() or os.fork() != 0:
        os._exit(0)
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _speak_into(beside(Path(watch.data_dir), "log"))
    Watchdog(watch).guard()


def _speak_into(path: Path) -> None:
    """Send what we and the server say to the log; the starter's pipes are let go."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    for channel in (1, 2):
        os.dup2(log, channel)
    os.close(log)


if __name__ == "__main__":
    main()
