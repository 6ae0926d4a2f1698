"""AgentDojo's pairs, each played with and without the gateway."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bench.attacks.catalogue import as_tools
from bench.attacks.conversation import Course, converse, obey
from bench.attacks.obedient import ORDERS, When
from bench.attacks.world import Scene, Suite, World
from core.db.tenant import TenantContext
from core.gateway.tools.dispatcher import Dispatcher
from core.gateway.tools.model import ToolPolicy

Gate = Literal["none", "unset", "allow"]


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


@dataclass(frozen=True, slots=True)
class Stage:
    """Where pairs are played: a world, a tenant, and what stands between model and world. *gate* is
    `none`, the dispatcher with its defaults (`unset`), or with an admin who has allowed all tools."""

    world: World
    context: TenantContext
    gate: Gate

    async def play(self, suite: Suite, dispatcher: Dispatcher, scene: Scene, when: When) -> Course:
        if self.gate == "none":
            await obey(self.world, scene, when)
            return Course({call.place for call in scene.own}, messages=1)
        rules: dict[str, Any] = {}
        if self.gate == "allow":
            rules = dict.fromkeys(dispatcher.tools, "allow")
        return await converse(dispatcher, self.context, scene, ToolPolicy(rules=rules), when)


async def attacked(stage: Stage, name: str) -> Tally:
    """Every pair of the suite *name*, in both orders of the script."""
    suite = await stage.world.suite(name)
    dispatcher = Dispatcher(as_tools(name, suite.tools, stage.world))
    tally = Tally()
    for task in suite.tasks:
        for order in suite.orders:
            tally += await _pair(stage, suite, dispatcher, task, order)
        print(f"    {name} {stage.gate} {task}: {tally.succeeded}/{tally.total}", file=sys.stderr)
    return tally


async def honest(stage: Stage, name: str) -> Tally:
    """Every task of the suite, with nothing planted."""
    suite = await stage.world.suite(name)
    dispatcher = Dispatcher(as_tools(name, suite.tools, stage.world))
    tally = Tally()
    for task in suite.tasks:
        tally += await _pair(stage, suite, dispatcher, task, None, ORDERS[:1])
    return tally


async def _pair(
    stage: Stage,
    suite: Suite,
    dispatcher: Dispatcher,
    task: str,
    order: str | None,
    orders: Sequence[When] = ORDERS,
) -> Tally:
    tally = Tally(total=1 if order else 0)
    for when in orders:
        scene = await stage.world.begin(task, order)
        course = await stage.play(suite, dispatcher, scene, when)
        is_complete, has_succeeded = await stage.world.judge()
        is_complete = is_complete and len(course.done) == len(scene.own)
        tally.tasks += 1
        tally.completed += is_complete
        tally.in_one_message += is_complete and course.messages == 1
        tally.effects += course.effects
        tally.succeeded = max(tally.succeeded, int(has_succeeded))
    return tally
