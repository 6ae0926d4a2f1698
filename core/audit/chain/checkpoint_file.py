"""Checkpoints outside the database: a file that only grows, one JSON line for each."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from core.audit.model import CHECKPOINT_KIND, Checkpoint

LOGGER = "aegis.checkpoint"


class CheckpointFile:
    """Appends lines. Opened for each one, so that the file may be moved away and a new one begun."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, line: str) -> None:
        """One whole line, on disk when this returns. Raises OSError."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        handle = os.open(self._path, flags, 0o600)
        try:
            size = os.fstat(handle).st_size
            # A line that a full disk or a crash cut short must not take the next one with it.
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            data = ("\n" if torn else "").encode() + line.encode() + b"\n"
            while data:
                data = data[os.write(handle, data) :]
            os.fsync(handle)
        finally:
            os.close(handle)


@dataclass(slots=True)
class Outside:
    """What a file of checkpoints holds, by tenant, and how many lines could not be read."""

    checkpoints: dict[str, list[Checkpoint]] = field(default_factory=dict)
    unreadable: int = 0

    def of(self, tenant: str) -> list[Checkpoint]:
        return self.checkpoints.get(tenant, [])


def read_checkpoints(paths: Iterable[Path]) -> Outside:
    """Files that AEGIS wrote, or its log, where they are among other lines. Signatures are not
    looked at here. Raises OSError."""
    found = Outside()
    for path in paths:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in filter(str.strip, lines):
                _read(line, found)
    return found


def _read(line: str, found: Outside) -> None:
    try:
        entry: dict[str, Any] = json.loads(line)
        if "logger" in entry:
            if entry["logger"] != LOGGER:
                return
            entry = json.loads(entry["message"])
        document = json.loads(entry["text"])
        if document["kind"] != CHECKPOINT_KIND:
            raise ValueError("another kind of document")
        checkpoint = Checkpoint(
            str(document["tenant"]),
            int(document["seq"]),
            str(document["head"]),
            datetime.fromisoformat(document["at"]),
            str(entry["key_id"]),
            str(entry["signature"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        found.unreadable += 1
        return
    found.checkpoints.setdefault(checkpoint.tenant_id, []).append(checkpoint)
