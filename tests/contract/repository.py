"""The checkout as the house rules see it: which files there are, and what they say."""

import ast
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "handlers", "core", "web_oauth")
# What no checkout brings along: made by set-up, by tools, or by running the product.
MADE_HERE = frozenset({".git", ".venv", ".aegis", "__pycache__", "build", "node_modules"})


def python_files(*folders: str) -> Iterator[Path]:
    """Every Python file of top-level *folders*, in order."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    """A path as people write it: from the top of the checkout."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def repository_files() -> tuple[Path, ...]:
    """What git knows. Without git (an unpacked archive): everything that lies
    here and was not made here."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return tuple(sorted(_walk()))
    names = sorted(filter(None, os.fsdecode(done.stdout).split("\0")))
    return tuple(ROOT / name for name in names if (ROOT / name).is_file())


def text_files() -> Iterator[tuple[str, str]]:
    """Name and text of every file that is text."""
    for path in repository_files():
        try:
            yield named(path), path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def _walk() -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if name not in MADE_HERE and not name.endswith(("cache", "egg-info"))
        ]
        yield from (Path(folder) / name for name in files)
