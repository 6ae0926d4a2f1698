"""The running server as its `postmaster.pid` and the process table tell of it."""

import os
import socket
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bot.postgres.server.sockets import PORT

_PROC = Path("/proc")
ANSWER_SECONDS = 5.0
# PostgreSQL documentation, "Message Formats": SSLRequest, answered with one byte before all else.
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)


@dataclass(frozen=True)
class Postmaster:
    """What a server wrote of itself; it may be long dead (see `is_running`)."""

    pid: int
    socket_directory: Path
    status: str


def read_postmaster(data_dir: Path) -> Postmaster | None:
    """What `postmaster.pid` says; None when there is none, or it is not finished yet.

    Its lines: pid, data folder, start time, port, socket folder, address, memory key, status.
    """
    try:
        lines = (data_dir / "postmaster.pid").read_text(errors="surrogateescape").split("\n")
        return Postmaster(int(lines[0]), Path(lines[4]), lines[7].strip())
    except (FileNotFoundError, ValueError, IndexError):
        return None


def is_running(pid: int, data_dir: Path) -> bool:
    """Whether this process is the server of this data folder, and no zombie.

    The number alone proves nothing: after a restart of the machine or the container it may be
    anybody's. The command line of a server names its data folder.
    """
    if (_PROC / "self" / "stat").exists():
        return str(data_dir) in _arguments(pid)
    return str(data_dir) in _listed(pid)


def _arguments(pid: int) -> list[str]:
    """The command line; a zombie has none."""
    try:
        return os.fsdecode((_PROC / str(pid) / "cmdline").read_bytes()).split("\0")
    except OSError:
        return []


def _listed(pid: int) -> str:
    """The same where there is no /proc (macOS)."""
    said = subprocess.run(  # noqa: S603
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout


def running_postmaster(data_dir: Path) -> Postmaster | None:
    """The live server of this data folder, in whatever state it is."""
    found = read_postmaster(data_dir)
    return found if found is not None and is_running(found.pid, data_dir) else None


def answers(found: Postmaster) -> bool:
    """Whether the server says anything. One that was just killed is listed for a moment longer,
    and its socket still takes connections, but nobody is left to speak."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(str(found.socket_directory / f".s.PGSQL.{PORT}"))
            connection.sendall(_SSL_REQUEST)
            return len(connection.recv(1)) == 1
    except OSError:
        return False
