"""F17: a replica's clock may be an hour off. Leases, ages and due times are the database's."""

import ast

import pytest

from tests.contract.repository import named, parsed, python_files

# How long something has taken may be measured here; what time it is may not be asked.
ALLOWED = {"time.monotonic"}


def clocks(tree: ast.Module) -> set[str]:
    """What the module asks for the time, as it is written."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            text = ast.unparse(node)
            if text.startswith("time.") or node.attr in ("now", "utcnow", "today"):
                found.add(text)
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            found.update(f"time.{alias.name}" for alias in node.names)
    return found - ALLOWED


def test_the_queue_asks_no_clock_but_the_databases():
    modules = [
        path
        for path in python_files("core", "bot")
        if named(path).startswith(("core/jobs/", "bot/worker/"))
    ]

    assert len(modules) > 8
    assert {named(path): found for path in modules if (found := clocks(parsed(path)))} == {}


@pytest.mark.parametrize(
    "planted", ["import time\ntime.time()", "from time import time", "datetime.now(UTC)"]
)
def test_another_clock_is_noticed(planted):
    assert clocks(ast.parse(planted))
