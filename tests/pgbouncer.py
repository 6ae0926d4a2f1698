"""pgbouncer before the run's database: transaction mode, one server connection for everybody."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which

from bot.postgres.server.account import ENVIRONMENT, Account, choose_account
from bot.postgres.server.binaries import find_binaries
from bot.postgres.server.sockets import PORT
from bot.postgres.supervisor import Server

POOLER_PORT = 6432
START_SECONDS = 10.0
# Two server connections at once, one waiting for the other: with a pool of one that never ends,
# so the second is refused after this many seconds, and the test that asked for it fails.
WAIT_SECONDS = 20
CONFIGURATION = """\
[databases]
{database} = host={folder} port={port} dbname={database}

[pgbouncer]
pool_mode = transaction
default_pool_size = 1
max_client_conn = 200
query_wait_timeout = {wait}
unix_socket_dir = {folder}
listen_port = {pooler_port}
auth_type = trust
auth_file = {users}
"""


def find_pgbouncer() -> str | None:
    """Debian puts it where only root looks."""
    return which("pgbouncer") or which("pgbouncer", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def running_pgbouncer(
    program: str, server: Server, user: str, database: str = "aegis"
) -> Iterator[str]:
    """Yields the address of a pgbouncer that lends *user* one connection to *server*.

    Raises RuntimeError, with what pgbouncer said, when it does not start.
    """
    folder = server.socket_directory
    # It refuses root, as PostgreSQL does, and has to reach the server's closed folder.
    account = choose_account(find_binaries(), server.data_dir)
    users, settings = folder / "pgbouncer-users", folder / "pgbouncer.ini"
    said = folder / "pgbouncer.log"
    text = CONFIGURATION.format(
        database=database,
        folder=folder,
        port=PORT,
        wait=WAIT_SECONDS,
        pooler_port=POOLER_PORT,
        users=users,
    )
    for path, content in ((users, f'"{user}" ""\n'), (settings, text), (said, "")):
        path.write_text(content, "utf-8")
        account.own(path)
    process = _start(account, program, settings, said)
    try:
        _await_socket(process, folder / f".s.PGSQL.{POOLER_PORT}", said)
        yield server.dsn(user, database).replace(f"port={PORT}", f"port={POOLER_PORT}")
    finally:
        process.terminate()
        process.wait(START_SECONDS)
        for path in (users, settings, said):
            with suppress(OSError):
                path.unlink()


def _start(account: Account, program: str, settings: Path, said: Path) -> "subprocess.Popen[bytes]":
    with said.open("ab") as log:
        return subprocess.Popen(
            [*account.prefix, program, "--quiet", str(settings)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=ENVIRONMENT,
            user=account.user,
            group=account.group,
            extra_groups=None if account.user is None else [],
        )


def _await_socket(process: "subprocess.Popen[bytes]", address: Path, said: Path) -> None:
    """Until somebody listens there: the file is there a moment before."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        with socket.socket(socket.AF_UNIX) as trial, suppress(OSError):
            trial.connect(str(address))
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"pgbouncer did not start: {said.read_text('utf-8')[-2000:]}")
        time.sleep(0.01)
