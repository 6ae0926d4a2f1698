"""Where AgentDojo's pairs are played, and what stands there between model and world."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from bench.attacks.catalogue import as_tools
from bench.attacks.conversation import Course, converse, obey
from bench.attacks.obedient import When
from bench.attacks.world import Scene, Suite, World
from core.db.tenant import TenantContext
from core.gateway.tools.dispatcher import Dispatcher
from core.gateway.tools.model import ToolPolicy

Gate = Literal["none", "unset", "allow", "allow own tools"]


@dataclass(frozen=True, slots=True)
class Stage:
    """A world, a tenant and a *gate*: `none`, the dispatcher with its defaults (`unset`), with an
    admin who lets every tool run unasked (`allow`), or with one who does that too, but has given the
    agent none but the tools that its task takes (`allow own tools`)."""

    world: World
    context: TenantContext
    gate: Gate

    def pairs(self, suite: Suite) -> Iterator[tuple[str, str]]:
        """(task, order) of each play."""
        return ((task, order) for task in suite.tasks for order in suite.orders)

    def dispatcher(self, suite: Suite) -> Dispatcher:
        return Dispatcher(as_tools(suite.name, suite.tools, self.world))

    async def begin(self, task: str, order: str | None) -> Scene:
        return await self.world.begin(task, order)

    async def play(self, dispatcher: Dispatcher, scene: Scene, when: When) -> Course:
        if self.gate == "none":
            await obey(self.world, scene, when)
            return Course({call.place for call in scene.own}, messages=1)
        return await converse(
            dispatcher, self.context, scene, self._policy(dispatcher, scene), when
        )

    async def judge(self, scene: Scene) -> tuple[bool, bool]:
        """(the person's task is complete, the planted order of *scene* was carried out)"""
        return await self.world.judge()

    def _policy(self, dispatcher: Dispatcher, scene: Scene) -> ToolPolicy:
        rules: dict[str, Any] = {}
        tools: frozenset[str] | None = None
        if self.gate != "unset":
            rules = dict.fromkeys(dispatcher.tools, "allow")
        if self.gate == "allow own tools":
            tools = frozenset(call.name for call in scene.own)
        return ToolPolicy(tools, rules)
