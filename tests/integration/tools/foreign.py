"""Tools that only remember what was done: a stage for the dispatcher's decisions."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from core.db.tenant import TenantContext
from core.gateway.model import ToolCall
from core.gateway.tools.dispatcher import Dispatcher
from core.gateway.tools.model import Ground, Tool, ToolCaller, ToolPolicy, hold_nothing
from core.gateway.tools.session import ToolLimits, ToolSession

SCHEMA = {
    "type": "object",
    "properties": {"to": {"type": "string"}, "url": {"type": "string"}},
    "additionalProperties": False,
}


UNSET, BOUNDS = ToolPolicy(), ToolLimits()


class World:
    """What was done to it, and what goes wrong in it."""

    def __init__(self) -> None:
        self.done: list[tuple[str, Mapping[str, Any]]] = []
        self.trouble: BaseException | None = None
        self.during: Callable[[], None] = lambda: None
        reads, writes = self._doing("inbox"), self._doing("send")
        self.tools = [
            Tool("inbox", "Reads.", SCHEMA, "reads", reads, untrusted=True, private=True),
            Tool("fetch", "Opens.", SCHEMA, "reads", self._doing("fetch"), addresses=("url",)),
            Tool("send", "Sends.", SCHEMA, "writes", writes, recipients=("to",), seconds=0.5),
        ]
        self.dispatcher = Dispatcher(self.tools)

    def _doing(self, name: str) -> Any:
        async def run(context: Any, caller: ToolCaller, arguments: Mapping[str, Any]) -> str:
            self.done.append((name, arguments))
            self.during()
            if self.trouble is not None:
                raise self.trouble
            return f"{name} done"

        return run

    async def session(
        self,
        context: TenantContext,
        *,
        words: str = "",
        has_read: bool = False,
        policy: ToolPolicy = UNSET,
        turn_id: str = "turn",
        limits: ToolLimits = BOUNDS,
        hold: Callable[[Any], Awaitable[None]] = hold_nothing,
    ) -> ToolSession:
        caller = ToolCaller(turn_id, "UANA", "people", hold=hold)
        ground = Ground((words,), has_read, has_read)
        return await ToolSession.open(self.dispatcher, context, caller, policy, ground, limits)


def wanted(name: str, call_id: str = "c1", **arguments: Any) -> ToolCall:
    return ToolCall(call_id, name, json.dumps(arguments))
