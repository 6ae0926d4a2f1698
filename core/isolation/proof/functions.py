"""Every store function of every slice, found by itself: nothing has to be registered."""

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg
import asyncpg.pool

import core
from core.db.pool import Connection
from core.db.transaction import ControlTx, Tx

Kind = Literal["tenant", "switchboard", "neither"]


@dataclass(frozen=True, slots=True)
class StoreFunction:
    name: str
    call: Callable[..., Any]
    kind: Kind


def find_store_functions() -> list[StoreFunction]:
    """The public functions of all `core.**.store` modules that may reach the database: those that
    are awaited. `kind` is by the first parameter: `tx: Tx`, `tx: ControlTx`, or anything else."""
    return [
        StoreFunction(f"{module.__name__.removeprefix('core.')}.{name}", call, _kind(call))
        for module in _store_modules()
        for name, call in vars(module).items()
        if not name.startswith("_")
        and getattr(call, "__module__", None) == module.__name__
        and (inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call))
    ]


def _store_modules() -> Iterator[Any]:
    for found in sorted(pkgutil.walk_packages(core.__path__, "core."), key=lambda one: one.name):
        if found.name.endswith(".store"):
            yield importlib.import_module(found.name)


def _kind(call: Callable[..., Any]) -> Kind:
    first = next(iter(inspect.signature(call).parameters.values()), None)
    if first is None:
        return "neither"
    wanted = type_hints(call).get(first.name)
    if wanted is Tx:
        return "tenant"
    return "switchboard" if wanted is ControlTx or first.annotation == Connection else "neither"


def type_hints(call: Callable[..., Any]) -> dict[str, Any]:
    """The types of its parameters. Those of connections are written as text (core/db/pool.py)."""
    names = {"asyncpg": asyncpg, "PoolConnectionProxy": asyncpg.pool.PoolConnectionProxy}
    return typing.get_type_hints(call, localns=names)
