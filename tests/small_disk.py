"""A real file system of a few bytes: when it is full, the kernel says ENOSPC."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_file_system(folder: Path, size: int) -> Iterator[None]:
    """*folder* is one of *size* bytes; the test is skipped where none can be mounted."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True, timeout=10)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    try:
        yield
    finally:
        # Lazily: a database's processes keep its files open for a while.
        subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=10)
