"""What a fault is given: the cluster, its supervisor, its chance, and a book of what was broken."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from tests.faults.cluster.cluster import Cluster
from tests.faults.history.model import Window
from tests.faults.load.people import People
from tests.faults.supervisor import Supervisor

SETTLE_SECONDS = 1.0  # after the end: what was under way fails a moment later


@dataclass(slots=True)
class Stage:
    """Windows are closed when a fault is over, whatever became of it."""

    cluster: Cluster
    supervisor: Supervisor
    people: People
    random: Random
    windows: list[Window] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    @asynccontextmanager
    async def broken(
        self, fault: str, *excuses: str, settle: float = SETTLE_SECONDS, note: str = ""
    ) -> AsyncIterator[None]:
        began = time.time()
        try:
            yield
        finally:
            self.windows.append(Window(fault, began, time.time() + settle, excuses, note))

    def some_time(self, least: float, most: float) -> float:
        """Seconds, from the seed."""
        return self.random.uniform(least, most)


class Fault(Protocol):
    """Something that goes wrong, from its beginning to its end."""

    @property
    def number(self) -> str:
        """As in the fault matrix."""

    @property
    def name(self) -> str:
        """As in the summary."""

    async def strike(self, stage: Stage) -> None: ...
