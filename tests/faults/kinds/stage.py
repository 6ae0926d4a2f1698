"""What a fault is given: the cluster, its supervisor, its chance, and a book of what was broken."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

import asyncpg

from tests.faults.cluster.cluster import Cluster
from tests.faults.history.model import Window
from tests.faults.load.people import People
from tests.faults.supervisor import Supervisor

SETTLE_SECONDS = 1.0  # after the end: what was under way fails a moment later


@dataclass(slots=True)
class Stage:
    """Windows are closed when a fault is over, whatever became of it.

    *lost_checkpoints*: tenants whose audit log stood before its own checkpoint after a failover.
    """

    cluster: Cluster
    supervisor: Supervisor
    people: People
    random: Random
    windows: list[Window] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    lost_checkpoints: set[str] = field(default_factory=set)

    @asynccontextmanager
    async def broken(
        self, fault: str, *excuses: str, settle: float = SETTLE_SECONDS, note: str = ""
    ) -> AsyncIterator[list[str]]:
        """Yields a list for the conversations that whoever was killed had."""
        began, held = time.time(), list[str]()
        try:
            yield held
        finally:
            ended = time.time() + settle
            self.windows.append(Window(fault, began, ended, excuses, note, tuple(held)))

    async def held_by(self, pid: int) -> list[str]:
        """The conversations that the worker of this process has a lease of, as in `Window.held`."""
        names = {home.tenant: home.name for home in self.cluster.homes}
        admin = await asyncpg.connect(self.cluster.postgres.dsn())
        try:
            rows = await admin.fetch(
                "select tenant_id, mailbox from control.mailbox where lease_by like $1",
                f"%:{pid}:%",
            )
        finally:
            await admin.close()
        return [f"{names[row['tenant_id']]} {row['mailbox']}" for row in rows]

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
