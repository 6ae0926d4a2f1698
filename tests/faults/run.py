"""One run: everything started, people talking, faults striking, then silence and a look back."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.faults.cluster.cluster import Plan, open_cluster
from tests.faults.history.collect import collect, until_drained
from tests.faults.history.model import History
from tests.faults.kinds.clock import WrongClock
from tests.faults.kinds.database import HangDatabase, KillDatabase, RestartDatabase
from tests.faults.kinds.poison import PoisonMessage
from tests.faults.kinds.processes import (
    BlockedOutput,
    DeployWeb,
    DeployWorker,
    FreezeWorker,
    KillWeb,
    KillWorker,
)
from tests.faults.kinds.slack import SLACK_FAULTS
from tests.faults.kinds.sockets import SocketMode
from tests.faults.kinds.stage import Fault, Stage
from tests.faults.load.people import People
from tests.faults.supervisor import Supervisor

# On this side one at a time: two at once would leave nobody to go on.
MACHINE_FAULTS: tuple[Fault, ...] = (
    KillWorker(),
    KillWorker(),
    KillWeb(),
    DeployWeb(),
    DeployWorker(),
    FreezeWorker(),
    BlockedOutput(),
    KillDatabase(),
    RestartDatabase(),
    HangDatabase(),
    WrongClock(),
    PoisonMessage(),
    SocketMode(),
)

STRIKE_SECONDS = 400.0  # a fault that does not end is a defect of this runner
NOT_HERE = {"a failover that loses the last second": "F30: this runner starts no replica"}


@dataclass(frozen=True, slots=True)
class Course:
    """How long, how much, and out of which seed."""

    seed: int
    minutes: float
    per_s: float = 3.0  # things said a second, by all together
    machine: Sequence[Fault] = MACHINE_FAULTS
    slack: Sequence[Fault] = SLACK_FAULTS
    pause: tuple[float, float] = (0.5, 2.5)  # seconds of peace between two faults of a kind
    asks_only: bool = False  # nobody talks of other things


async def play(course: Course, plan: Plan) -> History:
    """Run it. What became of it is for the checker to say."""
    async with open_cluster(plan, Random(f"{course.seed}/places")) as cluster:
        people = People(cluster, Random(f"{course.seed}/people"), cluster.homes, course.asks_only)
        supervisor = Supervisor([*cluster.webs, *cluster.workers])
        history = History(course.seed, time.time())
        await cluster.slack.set_faults(seed=course.seed)
        stage = Stage(cluster, supervisor, people, Random(f"{course.seed}/faults"))
        try:
            await _play(course, stage)
            supervisor.raise_if_failed()
            await until_drained(cluster)
            history.ended = time.time()
        finally:
            await supervisor.close()
        history.said, history.windows = people.said, stage.windows
        history.skipped = NOT_HERE | stage.skipped
        await collect(cluster, history)
    return history


async def _play(course: Course, stage: Stage) -> None:
    seconds = course.minutes * 60
    async with asyncio.TaskGroup() as group:
        group.create_task(stage.people.talk(seconds, course.per_s))
        for name, faults in (("machine", course.machine), ("slack", course.slack)):
            lane = Random(f"{course.seed}/{name}")
            group.create_task(
                _strike(stage, faults, lane, course.pause, time.monotonic() + seconds)
            )


async def _strike(
    stage: Stage, faults: Sequence[Fault], lane: Random, pause: tuple[float, float], until: float
) -> None:
    """Each fault in turn, then each again in another order, with a moment of peace between."""
    deck: list[Fault] = []
    while faults:
        await asyncio.sleep(lane.uniform(*pause))
        if time.monotonic() > until:
            return
        if not deck:
            deck = lane.sample(list(faults), len(faults))
        async with asyncio.timeout(STRIKE_SECONDS):
            await deck.pop().strike(stage)
