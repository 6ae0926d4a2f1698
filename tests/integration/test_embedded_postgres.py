"""One server for each data folder: shared, restarted, and gone when nobody needs it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from bot.postgres import EmbeddedPostgres, Server

ROOT = Path(__file__).resolve().parents[2]
# A user of the server that tells its pid and then lives until it is killed or its input ends.
USER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from bot.postgres import EmbeddedPostgres
print(EmbeddedPostgres(Path(sys.argv[2]), throwaway=True).start().pid, flush=True)
sys.stdin.read()
"""
# The worst place to restart in: who should reap the dead server does not (PID 1 of a container).
LATE_REAPER = """
import ctypes, os, signal, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from bot.postgres import EmbeddedPostgres
PR_SET_CHILD_SUBREAPER = 36
assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
def stat(pid):
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
first = EmbeddedPostgres(Path(sys.argv[2]), throwaway=True)
pid = first.start().pid
watchdog = int(stat(pid)[1])
os.kill(watchdog, signal.SIGKILL)
os.kill(pid, signal.SIGKILL)
while stat(pid)[0] != "Z":
    time.sleep(0.01)
second = EmbeddedPostgres(Path(sys.argv[2]), throwaway=True)
print(second.start().pid != pid, stat(pid)[0], flush=True)
"""


class User:
    """Another process that uses the server of this data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(ROOT), str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def server_pid(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    return False


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def eventually(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


async def ask(server: Server | EmbeddedPostgres, statement: str) -> object:
    connection = await asyncpg.connect(server.dsn())
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "postgres"


@pytest.fixture
def user(data_dir: Path) -> Iterator[Callable[[], User]]:
    started: list[User] = []

    def start() -> User:
        started.append(User(data_dir))
        return started[-1]

    yield start
    for each in started:
        each.kill()


async def test_a_cold_start_gives_an_empty_database_on_a_closed_socket(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as postgres:
        server = await asyncio.to_thread(postgres.start)
        settings = {
            name: await ask(server, f"show {name}")
            for name in ("max_connections", "fsync", "listen_addresses", "server_encoding")
        }
        wanted = {"max_connections": "100", "fsync": "on", "listen_addresses": ""}
        assert settings == wanted | {"server_encoding": "UTF8"}
        assert await ask(server, "select current_database()") == "aegis"
        assert await ask(server, "show recovery_init_sync_method") == "syncfs"
        assert int(str(await ask(server, "show server_version_num"))) >= 180000
        assert server.socket_directory.stat().st_mode & 0o777 == 0o700
        assert server.data_dir.stat().st_mode & 0o777 == 0o700
        await ask(server, "create extension vector")
    assert eventually(lambda: not is_alive(server.pid))
    assert eventually(lambda: not server.socket_directory.exists())


async def test_two_processes_share_one_server_until_the_last_one_leaves(
    data_dir: Path, user: Callable[[], User]
) -> None:
    with EmbeddedPostgres(data_dir, throwaway=True) as postgres:
        pid = postgres.start().pid
        other = user()
        assert other.server_pid() == pid
        await ask(postgres, "create table kept (id int)")
    with EmbeddedPostgres(data_dir) as again:
        assert again.start().pid == pid
        assert await ask(again, "select count(*) from kept") == 0
    other.kill()
    assert eventually(lambda: not is_alive(pid), 10)


def test_four_that_race_on_a_fresh_folder_make_one_server(user: Callable[[], User]) -> None:
    racers = [user() for _ in range(4)]

    assert len({racer.server_pid() for racer in racers}) == 1


def test_the_server_stops_when_every_user_is_killed(user: Callable[[], User]) -> None:
    users = [user() for _ in range(3)]
    pid = {each.server_pid() for each in users}.pop()
    watchdog = parent(pid)
    for each in users:
        each.kill()

    assert eventually(lambda: not is_alive(pid), 10)
    assert eventually(lambda: not is_alive(watchdog), 10)


async def test_a_killed_server_is_started_again_with_its_data(data_dir: Path) -> None:
    first = EmbeddedPostgres(data_dir)
    pid = first.start().pid
    await ask(first, "create table kept as select 7 as n")
    os.kill(pid, signal.SIGKILL)

    with EmbeddedPostgres(data_dir) as second:
        assert second.start().pid != pid
        assert await ask(second, "select n from kept") == 7
        first.stop()
        assert await ask(second, "select n from kept") == 7


async def test_data_survives_the_death_of_server_watchdog_and_user(
    data_dir: Path, user: Callable[[], User]
) -> None:
    doomed = user()
    pid = doomed.server_pid()
    with EmbeddedPostgres(data_dir) as postgres:
        await ask(postgres, "create table kept as select 7 as n")
        for victim in (parent(pid), pid):
            os.kill(victim, signal.SIGKILL)
    doomed.kill()

    with EmbeddedPostgres(data_dir) as postgres:
        assert await ask(postgres, "select n from kept") == 7


def test_a_server_that_lost_its_watchdog_gets_a_new_one(data_dir: Path) -> None:
    first = EmbeddedPostgres(data_dir, throwaway=True)
    pid = first.start().pid
    watchdog = parent(pid)
    os.kill(watchdog, signal.SIGKILL)
    assert eventually(lambda: not is_alive(watchdog))

    with EmbeddedPostgres(data_dir, throwaway=True) as second:
        assert second.start().pid == pid
        first.stop()
    assert eventually(lambda: not is_alive(pid), 10)


@pytest.mark.skipif(sys.platform != "linux", reason="zombies are kept by prctl, which is Linux")
def test_a_dead_server_that_nobody_reaped_is_not_taken_for_a_live_one(data_dir: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", LATE_REAPER, str(ROOT), str(data_dir)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.stdout.split() == ["True", "Z"], said.stderr


async def test_leaving_and_coming_back_at_once_never_meets_a_dying_server(data_dir: Path) -> None:
    for _ in range(6):
        with EmbeddedPostgres(data_dir, throwaway=True) as postgres:
            assert await ask(postgres, "select 1") == 1


def test_starting_and_stopping_twice_does_no_harm(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir, throwaway=True)
    assert postgres.start() is postgres.start()
    postgres.stop()
    postgres.stop()
