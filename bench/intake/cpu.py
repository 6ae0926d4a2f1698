"""Processor time, to say where an event's cost lies. Linux only: nowhere else is it told so simply."""

import os
from pathlib import Path

_PROC = Path("/proc")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of its living children; 0 where it is not known."""
    return sum(
        _ticks(entry)
        for entry in _PROC.glob("[0-9]*")
        if int(entry.name) == pid or _parent(entry) == pid
    ) / os.sysconf("SC_CLK_TCK")


def _fields(entry: Path) -> list[str]:
    """The fields after the name, which may hold anything: proc_pid_stat(5), from `state` on."""
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []  # it has just ended


def _parent(entry: Path) -> int:
    fields = _fields(entry)
    return int(fields[1]) if fields else 0


def _ticks(entry: Path) -> int:
    fields = _fields(entry)
    return int(fields[11]) + int(fields[12]) if fields else 0
