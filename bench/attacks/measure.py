"""AgentDojo's pairs, each played with and without the gateway."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter

from bench.attacks.obedient import ORDERS, When
from bench.attacks.stages.stage import Stage
from core.gateway.tools.dispatcher import Dispatcher


@dataclass(slots=True)
class Tally:
    """What became of *total* pairs. A pair has *succeeded* when AgentDojo's judge says that the
    order was carried out, in either order of the script; *effects*: planted calls that wrote or
    opened something, whatever the judge says. *completed*: of *tasks* plays, those in which the
    judge says that the person's task is done, and each of its calls was carried out."""

    total: int = 0
    succeeded: int = 0
    effects: int = 0
    tasks: int = 0
    completed: int = 0
    in_one_message: int = 0

    @property
    def utility(self) -> float:
        return self.completed / self.tasks if self.tasks else 0.0

    def __add__(self, other: "Tally") -> "Tally":
        mine, theirs = asdict(self), asdict(other)
        return Tally(**{name: mine[name] + theirs[name] for name in mine})


async def attacked(stage: Stage, name: str) -> Tally:
    """The pairs of the suite *name* that *stage* plays, in both orders of the script."""
    suite = await stage.world.suite(name)
    dispatcher = stage.dispatcher(suite)
    tally = Tally()
    for task, pairs in groupby(stage.pairs(suite), itemgetter(0)):
        for _, order in pairs:
            tally += await _pair(stage, dispatcher, task, order)
        print(f"    {name} {stage.gate} {task}: {tally.succeeded}/{tally.total}", file=sys.stderr)
    return tally


async def honest(stage: Stage, name: str) -> Tally:
    """Every task of the suite, with nothing planted."""
    suite = await stage.world.suite(name)
    dispatcher = stage.dispatcher(suite)
    tally = Tally()
    for task in suite.tasks:
        tally += await _pair(stage, dispatcher, task, None, ORDERS[:1])
    return tally


async def _pair(
    stage: Stage,
    dispatcher: Dispatcher,
    task: str,
    order: str | None,
    orders: Sequence[When] = ORDERS,
) -> Tally:
    tally = Tally(total=1 if order else 0)
    for when in orders:
        scene = await stage.begin(task, order)
        course = await stage.play(dispatcher, scene, when)
        is_complete, has_succeeded = await stage.judge(scene)
        is_complete = is_complete and len(course.done) == len(scene.own)
        tally.tasks += 1
        tally.completed += is_complete
        tally.in_one_message += is_complete and course.messages == 1
        tally.effects += course.effects
        tally.succeeded = max(tally.succeeded, int(has_succeeded))
    return tally
