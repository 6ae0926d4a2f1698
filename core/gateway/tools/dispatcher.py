"""The one way to call a tool: policy, arguments, a yes if one is needed, audit row, call, outcome row.

A contract test holds that nothing else calls `Tool.run`.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.audit import record as audit
from core.audit.attempt import attempt
from core.db.tenant import TenantContext
from core.gateway.model import ToolSpec
from core.gateway.sections import shortened
from core.gateway.tools import store
from core.gateway.tools.arguments import canonical, read_arguments
from core.gateway.tools.model import (
    BrokenOff,
    Decision,
    Ground,
    Tool,
    ToolCaller,
    ToolPolicy,
    decide,
)
from core.gateway.tools.naming import names_of
from core.gateway.tools.showing import shown
from core.gateway.tools.steps import ToolStep
from core.kernel.errors import DomainError, Invalid, Postponed

log = logging.getLogger(__name__)

ACTION = "gateway:tool:call"
MOST_RESULT = 16_000  # characters of what a tool returns that are kept
UNKNOWN_END = (
    "It is not known whether this was done: it broke off. It is not tried again. Look before you "
    "ask for it once more."
)
NOT_AS_SHOWN = "What would be done is not what was shown and agreed to any more, so it is not done."


class Dispatcher:
    """Holds the tools of the product by name, and nothing of any tenant."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self.tools: Mapping[str, Tool] = {tool.name: tool for tool in tools}

    def joined_by(self, tools: Iterable[Tool]) -> "Dispatcher":
        """The same for one turn of one tenant, with tools of its own. None takes another's name."""
        mine = [tool for tool in tools if tool.name not in self.tools]
        return Dispatcher([*self.tools.values(), *mine])

    def specs(self, policy: ToolPolicy) -> tuple[ToolSpec, ...]:
        """What a model is told of: the tools its agent has."""
        return tuple(tool.spec for tool in self.tools.values() if policy.has(tool))

    async def take(
        self,
        context: TenantContext,
        caller: ToolCaller,
        step: ToolStep,
        policy: ToolPolicy,
        ground: Ground,
    ) -> ToolStep:
        """Carry a step as far as it goes: to its end, or to where it waits for a yes.

        Raises Postponed, with the step as it was, AuditUnwritable before anything is done, and
        Overtaken before anything is written.
        """
        tool = self.tools.get(step.name)
        if step.is_settled:
            return step
        if step.state == "running" and not self._may_be_repeated(
            context, step, tool, policy, ground
        ):
            return await self._broken_off(context, caller, step)
        if tool is None:
            return await self._end(context, caller, step, "failed", "There is no such tool.")
        if step.state == "waiting":
            if not step.is_late:
                return step
            return await self._end(context, caller, step, "expired", "")
        if not _is_as_bound(context, step):
            words = "The arguments were changed."
            return await self._end(context, caller, step, "failed", words)
        decision = decide(tool, policy, step.given, ground)
        if decision.verdict == "refuse":
            return await self._refused(context, caller, step, decision)
        if decision.verdict == "ask" and step.state == "reserved":
            return await self._ask(context, caller, step, tool, policy, decision)
        if step.state == "approved" and shown(tool, step.given) != step.shown:
            return await self._end(context, caller, step, "failed", NOT_AS_SHOWN)
        return await self._run(context, caller, step, tool)

    def checked(self, name: str, arguments: str) -> str:
        """The arguments of a call in their one form. Raises Invalid for an unknown tool too."""
        tool = self.tools.get(name)
        if tool is None:
            raise Invalid("There is no such tool.")
        return canonical(read_arguments(arguments, tool.parameters))

    def _may_be_repeated(
        self,
        context: TenantContext,
        step: ToolStep,
        tool: Tool | None,
        policy: ToolPolicy,
        ground: Ground,
    ) -> bool:
        """Whether a call that was begun and has no end can be taken up as if it had not been. A write
        that nobody can recognize, or that may not be made any more, may have happened all the same:
        neither `not done` nor `refused` would be true of it. What a tool did that is gone nobody knows."""
        if tool is None:
            return False
        if not tool.writes:
            return True
        allowed = decide(tool, policy, step.given, ground).verdict != "refuse"
        return tool.repeatable and allowed and _is_as_bound(context, step)

    async def _ask(
        self,
        context: TenantContext,
        caller: ToolCaller,
        step: ToolStep,
        tool: Tool,
        policy: ToolPolicy,
        decision: Decision,
    ) -> ToolStep:
        try:
            words = shown(tool, step.given)
        except Invalid as error:
            return await self._end(context, caller, step, "failed", str(error))
        rule = policy.approval(tool, step.given)
        detail = {
            "asked": True,
            "because": decision.reason,
            **rule.to_detail(),
            "channels": list(names_of(step.given, tool.channels)),
        }
        async with context.db.transaction() as tx:
            await caller.hold(tx)
            await store.ask_step(tx, step.step_id, words, detail, float(rule.expires_s))
            [asked] = [
                s for s in await store.list_steps(tx, step.turn_id) if s.step_id == step.step_id
            ]
            await audit.record(
                tx,
                "gateway:tool:ask",
                step.person_id,
                outcome="done",
                reference=step.step_id,
                arguments=step.digest,
                tool=step.name,
                agent=step.agent,
            )
        return asked

    async def _run(
        self, context: TenantContext, caller: ToolCaller, step: ToolStep, tool: Tool
    ) -> ToolStep:
        async with attempt(
            context,
            ACTION,
            caller.person_id,
            reference=step.step_id,
            arguments=step.digest,
            tool=step.name,
            agent=step.agent,
        ) as act:
            async with context.db.transaction() as tx:
                await caller.hold(tx)
                if not await store.begin_step(tx, step.step_id, step.state):
                    raise Postponed("this call of a tool was begun by another worker")
            ended = await self._outcome(context, caller, step, tool)
            async with context.db.transaction() as tx:
                await caller.hold(tx)
                await store.end_step(tx, step.step_id, ended.state, ended.result, ended.detail)
                outcome = "done" if ended.state == "done" else "failed"
                await act.record(tx, outcome, tool=step.name, agent=step.agent)
        return ended

    async def _outcome(
        self, context: TenantContext, caller: ToolCaller, step: ToolStep, tool: Tool
    ) -> ToolStep:
        """What came of the call itself. Raises Postponed."""
        noted: dict[str, list[str]] = {}
        try:
            async with asyncio.timeout(tool.seconds):
                text = await tool.run(context, replace(caller, note=noted.update), step.given)
        except DomainError as error:
            return step.moved("failed", str(error))
        except (TimeoutError, BrokenOff):
            words = UNKNOWN_END if tool.writes else "This took too long."
            return step.moved("failed", words, unknown=tool.writes)
        except Postponed:
            raise
        except Exception:
            log.exception("a tool failed", extra={"tool": tool.name, "step": step.step_id})
            words = UNKNOWN_END if tool.writes else "The tool failed."
            return step.moved("failed", words, unknown=tool.writes)
        return step.moved("done", shortened(str(text).replace("\0", ""), MOST_RESULT), **noted)

    async def _broken_off(
        self, context: TenantContext, caller: ToolCaller, step: ToolStep
    ) -> ToolStep:
        """A write that was begun and has no outcome: told, never repeated."""
        return await self._end(
            context, caller, step, "failed", UNKNOWN_END, actor=caller.person_id, unknown=True
        )

    async def _refused(
        self, context: TenantContext, caller: ToolCaller, step: ToolStep, decision: Decision
    ) -> ToolStep:
        return await self._end(
            context, caller, step, "failed", decision.reason, actor=caller.person_id, refused=True
        )

    async def _end(
        self,
        context: TenantContext,
        caller: ToolCaller,
        step: ToolStep,
        state: str,
        result: str,
        *,
        actor: str = "",
        **detail: bool,
    ) -> ToolStep:
        """Settle a step that did not run here, with a row of the log."""
        ended = step.moved(state, result, **detail)  # type: ignore[arg-type]
        async with context.db.transaction() as tx:
            await caller.hold(tx)
            await store.end_step(tx, step.step_id, state, result, ended.detail)
            await audit.record(
                tx,
                ACTION,
                actor or step.person_id,
                outcome="failed" if detail.get("unknown") else "refused",
                reference=step.step_id,
                arguments=step.digest,
                tool=step.name,
                agent=step.agent,
                state=state,
            )
        return ended


def _is_as_bound(context: TenantContext, step: ToolStep) -> bool:
    """Whether the call is the one that was put on record."""
    return context.fingerprint(bound(step)) == step.digest


def bound(step: ToolStep) -> str:
    """What a yes is bound to: this very call, its tool and its arguments."""
    return f"{step.step_id}\n{step.name}\n{step.arguments}"
