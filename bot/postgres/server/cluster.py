"""The data folder: made whole or not at all, and the settings its server runs with."""

import shutil
import sys
from pathlib import Path

from bot.postgres.errors import EmbeddedPostgresError
from bot.postgres.server.account import Account
from bot.postgres.server.binaries import MAJOR
from bot.postgres.server.shares import beside
from bot.postgres.server.sockets import PORT

DATABASE = "aegis"
# What initdb itself puts into a folder (and pg_*). Anything else in it is somebody's, and stays.
_MADE_BY_INITDB = frozenset(
    {"PG_VERSION", "base", "global", "postgresql.conf", "postgresql.auto.conf"}
)


def is_whole(data_dir: Path) -> bool:
    """Whether the folder holds a finished cluster of our version.

    False for a missing or an empty folder, and for what an interrupted initdb left.

    Raises EmbeddedPostgresError for a folder with other things in it, or of another version.
    """
    if not data_dir.exists():
        return False
    if (data_dir / "global" / "pg_control").exists() and (data_dir / "PG_VERSION").exists():
        _check_version(data_dir)
        return True
    names = {entry.name for entry in data_dir.iterdir() if not entry.name.startswith("pg_")}
    foreign = sorted(names - _MADE_BY_INITDB)
    if foreign:
        raise EmbeddedPostgresError(
            f"The folder {data_dir} holds other files ({foreign[0]}), but no database.",
            fix="set AEGIS_STATE_DIR to a new or empty folder, or empty this one yourself.",
        )
    return False


def _check_version(data_dir: Path) -> None:
    version = (data_dir / "PG_VERSION").read_text().strip()
    if version != MAJOR:
        raise EmbeddedPostgresError(
            f"The data in {data_dir} was made by PostgreSQL {version}; this one is {MAJOR}.",
            fix=f"carry it over with pg_dump of PostgreSQL {version}, or use a new folder.",
        )


def make_cluster(
    data_dir: Path, binaries: Path, account: Account, *, throwaway: bool, start_lock: int
) -> None:
    """Make the cluster with its database `aegis`, beside its place, then move it there at once.

    The commands keep the start lock open: if we are killed, the next start waits until they are
    gone instead of working in the same folder.

    Raises EmbeddedPostgresError with what the command said when it fails.
    """
    fresh = beside(data_dir, "new")
    for leftover in (fresh, data_dir):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    account.own(fresh)
    initdb = [str(binaries / "initdb"), "-D", str(fresh), "-U", "postgres", "--auth=trust"]
    # The built-in collation sorts the same on every machine.
    initdb += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    initdb += ["--builtin-locale=C.UTF-8", "--no-instructions"]
    initdb += ["--no-sync"] if throwaway else []
    _run(account, initdb, "", start_lock)
    single = [str(binaries / "postgres"), "--single", "-D", str(fresh), "-c", "exit_on_error=on"]
    single += ["-c", "fsync=off"] if throwaway else []
    _run(account, [*single, "postgres"], f"create database {DATABASE};\n", start_lock)
    fresh.rename(data_dir)


def _run(account: Account, command: list[str], stdin: str, start_lock: int) -> None:
    done = account.run(command, stdin=stdin, keep_open=[start_lock])
    if done.returncode != 0:
        raise EmbeddedPostgresError(
            f"The database folder could not be made ({Path(command[0]).name} failed).",
            log=done.stdout[-2000:],
            fix="check that the disk has 100 MB free and that the state folder is writable.",
        )


def settings(socket_directory: Path, *, throwaway: bool) -> dict[str, str]:
    """The settings the server is started with; they are stronger than its files."""
    chosen = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(socket_directory),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": "64MB",
        # The log may be shown to people who may not read the data: no statements, no values.
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    if sys.platform == "linux":
        # After a crash: one call per file system instead of opening every file of every tenant.
        chosen["recovery_init_sync_method"] = "syncfs"
    if throwaway:
        # Commits still reach the kernel, so that a killed server keeps what it promised.
        chosen |= {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
        chosen |= {"wal_level": "minimal", "max_wal_senders": "0"}
    return chosen
