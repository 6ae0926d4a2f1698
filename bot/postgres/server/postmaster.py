"""The running server as its `postmaster.pid` and the process table tell of it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


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
