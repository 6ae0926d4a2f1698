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
from tests.faults.kinds.failover import Failover
from tests.faults.kinds.flood import Flood
from tests.faults.kinds.model import MODEL_FAULTS
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
from tests.faults.load.backlog import watched
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
    Failover(),
    Flood(),
    WrongClock(),
    PoisonMessage(),
    SocketMode(),
    *MODEL_FAULTS,
)


STRIKE_SECONDS = 400.0  # a fault that does not end is a defect of this runner


@dataclass(frozen=True, slots=True)
class Course:
    """How long, how much, and out of which seed."""

    seed: int
    minutes: float = 2.0
    per_s: float = 3.0  # things said a second, by all together
    machine: Sequence[Fault] = MACHINE_FAULTS
    slack: Sequence[Fault] = SLACK_FAULTS
    pause: tuple[float, float] = (0.5, 2.5)  # seconds of peace between two faults of a kind
    # So many questions and nothing else, however long that takes, with so many waiting at most.
    questions: int = 0
    most_waiting: int = 200


async def play(course: Course, plan: Plan) -> History:
    """Run it. What became of it is for the checker to say."""
    async with open_cluster(plan, Random(f"{course.seed}/places")) as cluster:
        people = People(
            cluster, Random(f"{course.seed}/people"), cluster.homes, bool(course.questions)
        )
        supervisor = Supervisor([*cluster.webs, *cluster.workers])
        history = History(course.seed, time.time())
        await cluster.slack.set_faults(seed=course.seed)
        stage = Stage(cluster, supervisor, people, Random(f"{course.seed}/faults"))
        try:
            await _play(course, stage)
            history.load_ended = max((said.at for said in people.said), default=history.began)
            supervisor.raise_if_failed()
            await until_drained(cluster)
            history.ended = time.time()
        finally:
            await supervisor.close()
        history.said, history.forms, history.private = people.said, people.forms, people.private
        history.windows = stage.windows
        history.skipped = stage.skipped
        history.lost_checkpoints = sorted(stage.lost_checkpoints)
        await collect(cluster, history)
    return history


async def _play(course: Course, stage: Stage) -> None:
    async with asyncio.TaskGroup() as group:
        load = group.create_task(_load(course, stage))
        for name, faults in (("machine", course.machine), ("slack", course.slack)):
            lane = Random(f"{course.seed}/{name}")
            group.create_task(_strike(stage, faults, lane, course.pause, load))


async def _load(course: Course, stage: Stage) -> None:
    if not course.questions:
        await stage.people.talk(course.minutes * 60, course.per_s)
        return
    async with watched(stage.cluster, course.most_waiting) as backlog:
        await stage.people.ask_all(course.questions, course.per_s, backlog.room)


async def _strike(
    stage: Stage,
    faults: Sequence[Fault],
    lane: Random,
    pause: tuple[float, float],
    load: "asyncio.Task[None]",
) -> None:
    """Each fault in turn, then each again in another order, with a moment of peace between, until
    the load is over."""
    deck: list[Fault] = []
    while faults:
        await asyncio.wait([load], timeout=lane.uniform(*pause))
        if load.done():
            return
        if not deck:
            deck = lane.sample(list(faults), len(faults))
        async with asyncio.timeout(STRIKE_SECONDS):
            await deck.pop().strike(stage)
