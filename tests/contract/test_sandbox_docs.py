"""docs/sandbox.md tells of every route, method, argument and person there is."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.sandbox import Sandbox
from bot.sandbox.control.routes import Control
from bot.sandbox.model.feed import ChangeKind
from bot.sandbox.seed import seed_workspaces
from bot.sandbox.webapi.table import load_table

DOCS = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def told() -> Iterator[str]:
    for route in Control.routes(Control.__new__(Control)):
        assert isinstance(route, web.RouteDef)
        yield f"`{route.method} {route.path}`"
    yield from (f"`{name}`" for name in load_table().methods)
    yield from (f"`{kind}`" for kind in ChangeKind.__args__)  # type: ignore[attr-defined]
    for name in inspect.signature(Sandbox.open).parameters:
        yield f"`{name}`"
    for workspace in seed_workspaces():
        yield f"`{workspace.name}`"
        yield f"`{workspace.id}`"
        yield from (f"`{person.name}`" for person in workspace.persons.values())
        yield from (f"`{c.label}`" for c in workspace.channels.values() if c.kind != "im")


@pytest.mark.parametrize("word", sorted(set(told())))
def test_the_docs_name(word: str) -> None:
    assert word in DOCS
