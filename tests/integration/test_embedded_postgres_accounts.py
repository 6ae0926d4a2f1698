"""Who may run the server and who may reach its socket: root, a normal user, odd places."""

import asyncio
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from bot.postgres import EmbeddedPostgres, EmbeddedPostgresError, Server
from bot.postgres.server.account import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(asyncpg.__file__).resolve().parents[1]
# Runs without our site-packages start-up, so that another Python of the same version can do it.
NORMAL_USER = """
import asyncio, os, sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
import asyncpg
from bot.postgres import EmbeddedPostgres
async def ask(dsn):
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval("select current_database()")
    finally:
        await connection.close()
state = Path(sys.argv[3])
for _ in range(2):
    with EmbeddedPostgres(state / "postgres", throwaway=True) as postgres:
        server = postgres.start()
        print(asyncio.run(ask(server.dsn())), os.geteuid(), state.stat().st_uid)
        print(os.stat(f"/proc/{server.pid}").st_uid, server.socket_directory.stat().st_uid)
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody may pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="aegis-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


async def ask(server: Server, statement: str) -> object:
    connection = await asyncpg.connect(server.dsn())
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def owner(server: Server) -> int:
    return Path(f"/proc/{server.pid}").stat().st_uid


def started(data_dir: Path) -> Server:
    """A server that answered, and is gone."""
    with EmbeddedPostgres(data_dir, throwaway=True) as postgres:
        server = postgres.start()
        assert asyncio.run(ask(server, "select current_database()")) == "aegis"
        assert owner(server) == data_dir.stat().st_uid
    eventually(lambda: not server.socket_directory.exists())
    return server


def python_for(user: pwd.struct_passwd) -> str:
    """A Python of our version that this user can run with our packages, or the test is skipped."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, shutil.which(version, path="/usr/local/bin:/usr/bin")):
        code = (
            f"import sys; sys.path[:0] = {[str(ROOT), str(SITE)]!r}; import asyncpg, bot.postgres"
        )
        if python is None:
            continue
        try:
            found = subprocess.run(
                [python, "-c", code], user=user.pw_uid, cwd="/", capture_output=True, check=False
            )
        except PermissionError:
            continue
        if found.returncode == 0:
            return python
    pytest.skip(f"no {version} with our packages that {user.pw_name} could run")


@as_root
def test_a_normal_user_runs_it_under_its_own_name(place: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    python = python_for(nobody)
    os.chown(place, nobody.pw_uid, nobody.pw_gid)
    place.chmod(0o700)

    said = subprocess.run(
        [python, "-c", NORMAL_USER, str(ROOT), str(SITE), str(place)],
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        cwd="/",
        env={"HOME": str(place), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    uid = str(nobody.pw_uid)
    assert said.stdout.split() == ["aegis", uid, uid, uid, uid] * 2, said.stderr
    eventually(lambda: not (place / "postgres" / "postmaster.pid").exists())


@as_root
def test_root_becomes_an_unprivileged_user_where_that_one_can_reach_the_data(place: Path) -> None:
    started(place / "postgres")

    assert (place / "postgres").stat().st_uid != 0


@as_root
def test_root_keeps_a_closed_folder_closed(place: Path) -> None:
    place.chmod(0o700)
    started(place / "postgres")

    assert place.stat().st_mode & 0o777 == 0o700
    assert place.stat().st_uid == 0


@as_root
def test_without_user_namespaces_root_passes_through_a_closed_folder(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("setpriv") is None:
        pytest.skip("there is no setpriv here")
    (place / "bin").mkdir()
    refusal = place / "bin" / "unshare"
    refusal.write_text("#!/bin/sh\nexit 1\n")
    refusal.chmod(0o755)
    monkeypatch.setitem(ENVIRONMENT, "PATH", f"{refusal.parent}:{ENVIRONMENT['PATH']}")
    place.chmod(0o700)
    started(place / "postgres")
    started(place / "postgres")

    assert (place / "postgres").stat().st_uid != 0


@as_root
def test_data_keeps_its_owner_when_the_folder_is_opened_or_closed_later(place: Path) -> None:
    started(place / "postgres")
    before = (place / "postgres").stat().st_uid
    place.chmod(0o700)
    started(place / "postgres")

    assert (place / "postgres").stat().st_uid == before


def test_a_long_path_and_odd_letters_do_no_harm(tmp_path: Path) -> None:
    data_dir = tmp_path / ("long" * 40) / "a b'c\"d$e,f" / "postgres"
    server = started(data_dir)

    assert len(os.fsencode(server.socket_directory)) < 80


def test_processes_with_different_temporary_folders_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", throwaway=True) as first:
        for folder in ("odd, one", "x" * 200):
            (tmp_path / folder).mkdir()
            monkeypatch.setenv("TMPDIR", str(tmp_path / folder))
            monkeypatch.setattr(tempfile, "tempdir", None)
            with EmbeddedPostgres(tmp_path / "postgres", throwaway=True) as second:
                assert second.start() == first.start()


@pytest.mark.parametrize("odd", ["odd, one", "x" * 200, "missing"])
def test_an_odd_temporary_folder_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    if odd != "missing":
        (tmp_path / odd).mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / odd))
    monkeypatch.setattr(tempfile, "tempdir", None)

    server = started(tmp_path / "state" / "postgres")

    assert tmp_path not in Path(server.socket_directory).parents  # nowhere odd


@as_root
def test_a_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    data_dir = (tmp_path / "postgres").resolve()
    mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    trap = Path("/tmp") / f"aegis-pg-0-{mark}"
    trap.mkdir()
    os.chown(trap, 12345, 12345)
    try:
        with pytest.raises(EmbeddedPostgresError, match="belongs to another user") as told:
            EmbeddedPostgres(data_dir, throwaway=True).start()
    finally:
        trap.rmdir()
    assert str(trap) in told.value.fix
