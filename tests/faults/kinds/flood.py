"""F8: one workspace asks ten times as much as its share."""

import asyncio
from dataclasses import dataclass

from tests.faults.kinds.stage import Stage
from tests.faults.load.people import people_of

TIMES = 10  # its share
SHARE_PER_S = 0.2


@dataclass(frozen=True, slots=True)
class Flood:
    """Nothing excuses anything here: each question is answered, the flooder's and the others'.

    How much longer the others wait is measured where nothing else happens: `make bench`, flood.
    """

    number: str = "F8"
    name: str = "one workspace floods"

    async def strike(self, stage: Stage) -> None:
        home = stage.random.choice(stage.people.homes)
        count = int(stage.some_time(4.0, 8.0) * SHARE_PER_S * TIMES)
        async with stage.broken(self.name, settle=0, note=home.name), asyncio.TaskGroup() as group:
            for _ in range(count):
                person = stage.random.choice(people_of(home))
                group.create_task(stage.people.ask(home, person))
                await asyncio.sleep(1 / (SHARE_PER_S * TIMES))
