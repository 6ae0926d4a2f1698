"""What goes wrong at a start: it is made good, or it is said in words with the fix."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from bot.postgres import EmbeddedPostgres, EmbeddedPostgresError
from bot.postgres.server.shares import WATCH, LockFile
from core.kernel.errors import DomainError

ROOT = Path(__file__).resolve().parents[2]
START = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from bot.postgres import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[2]), throwaway=True).start()
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "postgres"


def answers(data_dir: Path) -> bool:
    """Whether the server of this folder starts and has its database; it is gone afterwards."""
    with EmbeddedPostgres(data_dir, throwaway=True) as postgres:
        found = asyncio.run(current_database(postgres))
    eventually(lambda: is_unwatched(data_dir))
    return found == "aegis"


async def current_database(postgres: EmbeddedPostgres) -> object:
    connection = await asyncpg.connect(postgres.dsn())
    try:
        return await connection.fetchval("select current_database()")
    finally:
        await connection.close()


def is_unwatched(data_dir: Path) -> bool:
    """Whether the watchdog has left, and the server before it."""
    with LockFile(data_dir, WATCH) as lock:
        return lock.try_take()


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_what_an_interrupted_initdb_left_is_made_anew(data_dir: Path) -> None:
    (data_dir / "base").mkdir(parents=True)
    (data_dir / "pg_wal").mkdir()
    (data_dir / "PG_VERSION").write_text("18\n")

    assert answers(data_dir)


def test_a_start_killed_in_the_middle_of_initdb_does_no_harm(data_dir: Path) -> None:
    command = [sys.executable, "-c", START, str(ROOT), str(data_dir)]
    starter = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    eventually((data_dir.with_name("postgres.new") / "base").exists)
    starter.kill()
    starter.wait()

    assert not data_dir.exists()
    assert answers(data_dir)
    assert not data_dir.with_name("postgres.new").exists()


def test_an_empty_folder_is_used(data_dir: Path) -> None:
    data_dir.mkdir()

    assert answers(data_dir)


def test_the_number_of_a_dead_server_may_be_somebody_elses_now(data_dir: Path) -> None:
    assert answers(data_dir)
    stale = [os.getpid(), data_dir, 1, 5432, "/nowhere", "", "1 1", "ready   ", ""]
    (data_dir / "postmaster.pid").write_text("\n".join(map(str, stale)))

    assert answers(data_dir)


def test_a_server_that_does_not_start_shows_its_log_and_the_fix(data_dir: Path) -> None:
    assert answers(data_dir)
    with (data_dir / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    postgres = EmbeddedPostgres(data_dir, throwaway=True)

    with pytest.raises(DomainError) as told:
        postgres.start()
    assert isinstance(told.value, EmbeddedPostgresError)
    assert "no_such_setting" in told.value.log
    assert "no_such_setting" in str(told.value)
    assert "To fix it: " in str(told.value)
    with pytest.raises(EmbeddedPostgresError, match="has not been started"):
        postgres.dsn()


def test_a_folder_with_other_things_in_it_is_left_alone(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "letters.txt").write_text("dear diary")

    with pytest.raises(EmbeddedPostgresError, match=r"letters\.txt"):
        EmbeddedPostgres(data_dir).start()
    assert (data_dir / "letters.txt").read_text() == "dear diary"


def test_data_of_another_version_is_left_alone(data_dir: Path) -> None:
    (data_dir / "global").mkdir(parents=True)
    (data_dir / "global" / "pg_control").touch()
    (data_dir / "PG_VERSION").write_text("16\n")

    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 16"):
        EmbeddedPostgres(data_dir).start()


def test_a_place_that_cannot_hold_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EmbeddedPostgresError, match="cannot use") as told:
        EmbeddedPostgres(tmp_path / "file" / "postgres").start()
    assert "AEGIS_STATE_DIR" in told.value.fix


async def test_the_log_holds_no_statement_and_no_value(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, throwaway=True) as postgres:
        connection = await asyncpg.connect(postgres.dsn())
        await connection.execute("create table people (email text unique)")
        await connection.execute("insert into people values ('ada@example.com')")
        for statement in ("insert into people values ('ada@example.com')", "select 'x'::int"):
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute(statement)
        await connection.close()

    log = data_dir.with_name("postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "people" not in log
    assert "ada@example.com" not in log
