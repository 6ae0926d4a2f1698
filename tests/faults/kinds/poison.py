"""F21: a message that kills whoever works on it."""

import asyncio
from dataclasses import dataclass

import asyncpg

from core.db import scope
from tests.faults.kinds.stage import Stage
from tests.faults.load.people import people_of
from tests.faults.points import POISON

SET_ASIDE_SECONDS = 240.0  # five deaths, each with a lease that has to run out (10 s as shipped)


@dataclass(frozen=True, slots=True)
class PoisonMessage:
    """Five workers die of it, then it is set aside and its author told; the others' work goes on.

    The worker is the rigged one of `tests.faults.rigged`, which ends itself at this word.
    """

    number: str = "F21"
    name: str = "a message that kills its worker"

    async def strike(self, stage: Stage) -> None:
        home = stage.random.choice(stage.people.homes)
        person = stage.random.choice(people_of(home))
        async with stage.broken(self.name, "turns", settle=0):
            await stage.people.ask(home, person, words=f"{POISON} for the house?", poison=True)
            await _set_aside(stage, scope.schema_of(home.tenant))


async def _set_aside(stage: Stage, schema: str) -> None:
    """Raises TimeoutError when it is tried for ever."""
    question = f"select count(*) from {schema}.inbox_event where state = 'set_aside'"
    async with asyncio.timeout(SET_ASIDE_SECONDS):
        while True:
            admin = await asyncpg.connect(stage.cluster.postgres.dsn())
            try:
                if await admin.fetchval(question):
                    return
            finally:
                await admin.close()
            await asyncio.sleep(0.5)
