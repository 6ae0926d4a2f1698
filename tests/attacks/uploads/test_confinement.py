"""What a file could do that had taken the reading process over: next to nothing."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

# Each deed raises OSError, or a limit's error, where it is prevented.
DEEDS = {
    "read a file": "open('/etc/passwd').read()",
    "write a file": "open(folder + '/planted', 'w').write('x')",
    "make a file": "os.close(os.open(folder + '/planted', os.O_CREAT | os.O_WRONLY))",
    "list a folder": "os.listdir('/')",
    "open a socket": "socket.socket()",
    "open a local socket": "socket.socket(socket.AF_UNIX)",
    "make a pipe": "os.pipe()",
    "start a process": "os.fork() or os._exit(0)",
    "take much memory": "bytes(600 * 2**20)",
    "raise a limit": "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))",
}
# What needs no number of a file: the kernel's filter alone prevents it.
DEEDS_WITHOUT_FILES = {
    "make a folder": "os.mkdir(folder + '/folder')",
    "make a link": "os.symlink('/etc/passwd', folder + '/link')",
    "change rights": "os.chmod(folder + '/victim', 0o777)",
    "empty a file": "os.truncate(folder + '/victim', 0)",
    "rename a file": "os.rename(folder + '/victim', folder + '/moved')",
    "delete a file": "os.unlink(folder + '/moved')",
    "become another program": "os.execv('/bin/true', ['true'])",
    "signal the service": "os.kill(os.getppid(), 0)",
    "become root again": "os.setuid(0)",
    "trace the service": "check(libc.ptrace(16, os.getppid(), 0, 0))",
    "use a ring": "check(libc.syscall(425, 8, ctypes.create_string_buffer(256)))",
}
PROGRAM = """
import ctypes, json, os, resource, socket, sys
folder, deeds, walls = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
libc = ctypes.CDLL(None, use_errno=True)
def check(result):
    if result < 0: raise OSError(ctypes.get_errno())
{walls}
done = []
for name, deed in deeds.items():
    try:
        exec(deed)
    except (OSError, MemoryError, ValueError):
        continue
    done.append(name)
os.write(1, json.dumps(done).encode())
os._exit(0)
"""
ALL_WALLS = (
    "from core.knowledge.reading.confinement.confine import confine; assert confine(os.getppid())"
)
NO_FILTER = (
    "from core.knowledge.reading.confinement import confine as c\n"
    "c.allow_reading_alone = lambda: False\nassert not c.confine(os.getppid())"
)
FILTER_ALONE = (
    "from core.knowledge.reading.confinement.seccomp import allow_reading_alone\n"
    "assert allow_reading_alone()"
)
has_filter = pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.machine() not in ("x86_64", "aarch64"),
    reason="the filter is Linux's, and written for two machines",
)


def deeds_done(folder: Path, deeds: dict[str, str], walls: str) -> list[str]:
    """Which of *deeds* a process behind *walls* could do."""
    folder.chmod(0o777)
    (folder / "victim").write_text("keep me")
    (folder / "victim").chmod(0o666)
    program = PROGRAM.replace("{walls}", walls)
    told = subprocess.run(
        [sys.executable, "-c", program, str(folder), json.dumps(deeds), walls],
        capture_output=True,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        timeout=120,  # a starved machine takes long to start one
        check=True,
    )
    found: list[str] = json.loads(told.stdout)
    return found


@has_filter
def test_behind_all_walls_nothing_can_be_done(tmp_path):
    assert deeds_done(tmp_path, DEEDS | DEEDS_WITHOUT_FILES, ALL_WALLS) == []
    assert [path.name for path in tmp_path.iterdir()] == ["victim"]
    assert (tmp_path / "victim").read_text() == "keep me"


def test_where_the_kernel_has_no_filter_no_file_socket_or_process_can_be_had(tmp_path):
    assert deeds_done(tmp_path, DEEDS, NO_FILTER) == []


@has_filter
def test_the_filter_holds_alone(tmp_path):
    """It does not count memory, and lets a process lower limits: whose are high cannot raise them."""
    deeds = DEEDS | DEEDS_WITHOUT_FILES
    counted = ("take much memory", "raise a limit")
    deeds = {name: deed for name, deed in deeds.items() if name not in counted}
    assert deeds_done(tmp_path, deeds, FILTER_ALONE) == []


def test_without_walls_the_deeds_are_possible(tmp_path):
    """So that the tests above see walls, and not mistakes of their own."""
    rights = ("become another program", "become root again", "trace the service", "use a ring")
    deeds = {n: deed for n, deed in (DEEDS | DEEDS_WITHOUT_FILES).items() if n not in rights}
    assert deeds_done(tmp_path, deeds, "") == list(deeds)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can stop being root")
def test_the_reading_process_is_not_root(tmp_path):
    deeds = {"be root": "check(-1 if os.geteuid() else 0)"}
    assert deeds_done(tmp_path, deeds, "") == ["be root"]
    assert deeds_done(tmp_path, deeds, NO_FILTER) == []
