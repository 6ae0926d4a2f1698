"""docs/sandbox.md tells of every route, method, argument and person there is."""

import inspect
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from bot.sandbox import Sandbox
from bot.sandbox.control.routes import ROUTES
from bot.sandbox.delivery.log import Delivery
from bot.sandbox.faults.switches import Faults
from bot.sandbox.model.feed import ChangeKind
from bot.sandbox.seed import seed_workspaces
from bot.sandbox.webapi.table import load_table

DOCS = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def told() -> Iterator[str]:
    yield from (f"`{method} {path}`" for method, path in ROUTES)
    yield from (f"`{one.name}`" for one in (*fields(Faults), *fields(Delivery)))
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
