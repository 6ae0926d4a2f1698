"""What the kernel knows of processes: whose children they are, whether they live, what they hold."""

import os
from pathlib import Path

_PROC = Path("/proc")


def children_of(pid: int) -> list[int]:
    """The direct children; all that a PostgreSQL server has."""
    return [int(entry.name) for entry in _PROC.glob("[0-9]*") if _field(entry, 1) == str(pid)]


def is_alive(pid: int) -> bool:
    """Whether it still runs, or stands still; a zombie does neither."""
    return _field(_PROC / str(pid), 0) not in ("", "Z", "X")


def resident_bytes(pid: int) -> int:
    """Memory it holds in RAM; 0 when it is gone. proc(5): the second field of statm, in pages."""
    try:
        pages = int((_PROC / str(pid) / "statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _field(entry: Path, number: int) -> str:
    """proc_pid_stat(5), counted from `state`, which follows a name that may hold anything."""
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()[number]
    except (OSError, IndexError):
        return ""
