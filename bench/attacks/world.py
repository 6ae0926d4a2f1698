"""A world with people, mails and files in it, behind a pipe: AgentDojo in a process of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bench.processes import BenchError

_LONGEST_LINE = 16 * 2**20
INTERPRETER = Path(__file__).parents[2] / ".venv/attacks/bin/python"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that a script holds. *place* is where it stands in its script."""

    place: int
    name: str
    arguments: Mapping[str, Any]
    is_ordered: bool = False

    @property
    def call_id(self) -> str:
        return f"{'ordered' if self.is_ordered else 'own'}-{self.place}"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a person wants (*words*, *own*), what was planted (*ordered*, in words *goal*), and which of
    the person's calls is the first whose result shows it (*revealed*)."""

    words: str
    own: tuple[Wanted, ...]
    ordered: tuple[Wanted, ...]
    revealed: int
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """What a suite of AgentDojo holds, by name; *tools* as their specifications."""

    name: str
    tasks: tuple[str, ...]
    orders: tuple[str, ...]
    tools: tuple[Mapping[str, Any], ...]


class Worldly(Protocol):
    """What the tools of an attack need of a world; the tests have a small one of their own."""

    async def call(self, name: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
        """(what came of it, whether that is an error)"""


class World:
    """One world at a time; `begin` makes it new."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def suite(self, name: str) -> Suite:
        found = await self._ask(do="tasks", suite=name)
        tasks, orders = tuple(found["tasks"]), tuple(found["orders"])
        return Suite(name, tasks, orders, tuple(found["tools"]))

    async def begin(self, task: str, order: str | None) -> Scene:
        found = await self._ask(do="begin", task=task, order=order)
        own = tuple(Wanted(place, **call) for place, call in enumerate(found["own"]))
        ordered = tuple(
            Wanted(place, **call, is_ordered=True) for place, call in enumerate(found["ordered"])
        )
        return Scene(found["words"], own, ordered, found["revealed"], found["goal"])

    async def call(self, name: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
        found = await self._ask(do="call", name=name, arguments=dict(arguments))
        error = found.get("error")
        return (str(error), True) if error else (str(found["text"]), False)

    async def judge(self) -> tuple[bool, bool]:
        """(the person's task is complete, the planted order was carried out)"""
        found = await self._ask(do="judge")
        return bool(found["completed"]), bool(found["succeeded"])

    async def _ask(self, **asked: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        await self._process.stdin.drain()
        line = await self._process.stdout.readline()
        if not line:
            raise BenchError("AgentDojo's process has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


@asynccontextmanager
async def open_world() -> AsyncIterator[World]:
    """Raises BenchError where AgentDojo is not installed."""
    try:
        process = await asyncio.create_subprocess_exec(
            str(INTERPRETER),
            str(Path(__file__).with_name("dojo") / "serve.py"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST_LINE,
        )
    except FileNotFoundError:
        raise BenchError("AgentDojo is not installed; `make bench-attacks` does it") from None
    try:
        yield World(process)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
