"""The database dies, is restarted, and stands still."""

import asyncio
from dataclasses import dataclass

from tests.faults.kinds.stage import Stage

# How long after its return a service may need to be ready (the fault matrix allows 10 s).
READY_AGAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class KillDatabase:
    """F9: every process of the server dies at once; it recovers from its log."""

    number: str = "F9"
    name: str = "kill -9 the database"

    async def strike(self, stage: Stage) -> None:
        async with stage.broken(self.name, "acks", "turns", settle=READY_AGAIN_SECONDS):
            await stage.cluster.postgres.kill()
            await asyncio.sleep(stage.some_time(0.0, 2.0))
            await stage.cluster.postgres.start()


@dataclass(frozen=True, slots=True)
class RestartDatabase:
    """F9: an operator restarts it."""

    number: str = "F9"
    name: str = "restart the database"

    async def strike(self, stage: Stage) -> None:
        async with stage.broken(self.name, "acks", "turns", settle=READY_AGAIN_SECONDS):
            await stage.cluster.postgres.restart()


@dataclass(frozen=True, slots=True)
class HangDatabase:
    """F10: connections stay open and nobody answers: the disk, the network, a paused machine.

    One in three lasts the whole 30 s of the fault matrix, the others are short, so that a short run
    sees more than this.
    """

    number: str = "F10"
    name: str = "hang the database"
    least: float = 4.0
    most: float = 8.0
    longest: float = 30.0

    async def strike(self, stage: Stage) -> None:
        async with stage.broken(self.name, "acks", "turns", settle=READY_AGAIN_SECONDS):
            stage.cluster.postgres.hang()
            try:
                is_long = stage.random.random() < 1 / 3
                await asyncio.sleep(
                    self.longest if is_long else stage.some_time(self.least, self.most)
                )
            finally:
                stage.cluster.postgres.go_on()
