"""The folder of the server's socket. Who may enter it may use the database, so nobody else may."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.postgres.errors import EmbeddedPostgresError
from bot.postgres.server.account import Account

PORT = 5432
# A socket address holds 108 bytes on Linux and 104 on macOS, the closing zero included.
LONGEST_ADDRESS = 103


def make_socket_directory(data_dir: Path, account: Account) -> Path:
    """Make the socket folder of this data folder, empty and closed to others.

    Call it only while no server of this data folder runs: a leftover socket is removed.

    Raises EmbeddedPostgresError when the folder belongs to somebody else, or when no short
    enough place for it exists.
    """
    mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    for base in _places(data_dir):
        folder = base / f"aegis-pg-{account.uid}-{mark}"
        if _fits(folder) and _is_safe(base) and account.can_enter(base):
            _make(folder, account)
            return folder
    raise EmbeddedPostgresError(
        "There is no temporary folder with a short enough name for the server's socket.",
        fix="make /tmp writable, or set TMPDIR to a folder whose path has at most 50 letters.",
    )


def _places(data_dir: Path) -> Iterator[Path]:
    # The fixed place first: processes with different TMPDIR then meet, and its name is short.
    yield Path("/tmp")  # noqa: S108 - the folder made in it is ours, checked and closed
    yield Path(tempfile.gettempdir()).resolve()
    yield data_dir.parent


def _fits(folder: Path) -> bool:
    address = os.fsencode(folder / f".s.PGSQL.{PORT}")
    # Clients read a comma as the end of a host name.
    return len(address) <= LONGEST_ADDRESS and b"," not in address


def _is_safe(base: Path) -> bool:
    """Writable for us, and nobody else can rename or replace what we put there."""
    try:
        found = base.stat()
    except OSError:
        return False
    shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    trusted = found.st_uid in (0, os.geteuid()) and (not shared or found.st_mode & stat.S_ISVTX)
    return stat.S_ISDIR(found.st_mode) and bool(trusted) and os.access(base, os.W_OK | os.X_OK)


def _make(folder: Path, account: Account) -> None:
    try:
        folder.mkdir(mode=0o700)
        account.own(folder)
    except FileExistsError:
        found = folder.lstat()
        # Between mkdir and own it is still root's: a start that died there left it so.
        ours = stat.S_ISDIR(found.st_mode) and found.st_uid in (account.uid, os.geteuid())
        if not ours:
            raise EmbeddedPostgresError(
                f"The socket folder {folder} belongs to another user of this machine.",
                fix=f"find out who made it, remove it (rm -r {folder}), and start again.",
            ) from None
        folder.chmod(0o700)
        account.own(folder)
    for leftover in folder.glob(".s.PGSQL.*"):
        leftover.unlink(missing_ok=True)
