"""The tools of one turn: rounds of calls put on record, carried out, and taken up after a crash."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.db.tenant import TenantContext
from core.gateway.model import Step, ToolCall
from core.gateway.tools import store
from core.gateway.tools.dispatcher import Dispatcher, bound
from core.gateway.tools.model import Ground, ToolCaller, ToolPolicy
from core.gateway.tools.steps import ToolStep, as_steps
from core.kernel.errors import Invalid
from core.kernel.ids import new_id

# What is set for the agent's tools at this moment.
PolicyNow = Callable[[], Awaitable[ToolPolicy]]

_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class ToolLimits:
    """How much one turn may do with tools; what a model wants beyond it does not happen."""

    rounds: int = 8
    calls: int = 24
    calls_a_round: int = 8
    repairs: int = 1


class ToolSession:
    """What one turn does with tools. *ground* grows with what it reads. A policy that can be
    asked for is looked at before each call: what an admin has changed meanwhile counts."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        context: TenantContext,
        caller: ToolCaller,
        policy: ToolPolicy | PolicyNow,
        ground: Ground,
        rows: Sequence[ToolStep] = (),
        limits: ToolLimits = ToolLimits(),
    ) -> None:
        self._dispatcher = dispatcher
        self._context = context
        self._caller = caller
        self._policy = policy
        self._limits = limits
        self.ground = ground
        self.rows = list(rows)
        for row in self.rows:
            self._recall(row)
            self._read(row)

    @classmethod
    async def open(
        cls,
        dispatcher: Dispatcher,
        context: TenantContext,
        caller: ToolCaller,
        policy: ToolPolicy | PolicyNow,
        ground: Ground,
        limits: ToolLimits = ToolLimits(),
    ) -> "ToolSession":
        """With what earlier tries of the same turn have left."""
        async with context.db.transaction() as tx:
            rows = await store.list_steps(tx, caller.turn_id)
        return cls(dispatcher, context, caller, policy, ground, rows, limits)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The rounds so far, for the next question to the model."""
        return as_steps(self.rows)

    @property
    def waiting(self) -> list[ToolStep]:
        """The calls that wait for a yes."""
        return [row for row in self.rows if row.state == "waiting"]

    @property
    def is_spent(self) -> bool:
        """Whether this turn may call nothing more."""
        rounds = {row.round for row in self.rows}
        return len(rounds) >= self._limits.rounds or len(self.rows) >= self._limits.calls

    @property
    def is_hopeless(self) -> bool:
        """Whether the model has had its repair try, and got a call wrong again."""
        wrong = {row.round for row in self.rows if row.is_malformed}
        return len(wrong) > self._limits.repairs

    def take_untold(self) -> list[ToolStep]:
        """The calls whose cards do not say yet what became of them; each is given out once."""
        untold = [row for row in self.rows if row.is_untold]
        for place, row in enumerate(self.rows):
            if row.is_untold:
                self.rows[place] = row.moved(row.state, told=row.state)
        return untold

    async def call(self, call: ToolCall) -> ToolStep:
        """A round of one call, as far as it goes."""
        await self.begin_round("", (call,))
        await self.advance()
        return self.rows[-1]

    async def begin_round(
        self, said: str, calls: Sequence[ToolCall], signatures: Mapping[str, str] | None = None
    ) -> None:
        """Put what the model wants on record, before any of it happens."""
        number = max((row.round for row in self.rows), default=-1) + 1
        room = min(self._limits.calls_a_round, max(self._limits.calls - len(self.rows), 0))
        taken = [
            self._row(call, number, place, said if place == 0 else "", signatures or {})
            for place, call in enumerate(_named_once(calls[:room], number))
        ]
        async with self._context.db.transaction() as tx:
            await self._caller.hold(tx)
            for row in taken:
                await store.put_step(tx, row)
        self.rows += taken

    async def advance(self) -> list[ToolStep]:
        """Carry out what can be carried out; returns the calls that wait for a yes."""
        for place, row in enumerate(self.rows):
            if row.is_settled:
                continue
            caller = replace(self._caller, step_id=row.step_id)
            if row.is_malformed:
                ended = row.moved("failed")
                async with self._context.db.transaction() as tx:
                    await self._caller.hold(tx)
                    await store.end_step(tx, row.step_id, "failed", _wrong(row), row.detail)
                self.rows[place] = replace(ended, result=_wrong(row))
                continue
            policy = self._policy if isinstance(self._policy, ToolPolicy) else await self._policy()
            self.rows[place] = await self._dispatcher.take(
                self._context, caller, row, policy, self.ground
            )
            self._read(self.rows[place])
        return self.waiting

    def _recall(self, row: ToolStep) -> None:
        """What the turn had read when it wanted this stays read, although days may lie between and a
        document that gave the order may be gone."""
        read = row.detail.get("read", ())
        self.ground = replace(
            self.ground,
            read_untrusted=self.ground.read_untrusted or "untrusted" in read,
            read_private=self.ground.read_private or "private" in read,
        )

    def _read(self, row: ToolStep) -> None:
        if row.state != "done":
            return
        tool = self._dispatcher.tools.get(row.name)
        if tool is not None:
            self.ground = self.ground.after(tool)
        else:  # a tool that was taken away since: whatever it read stays read
            self.ground = replace(self.ground, read_untrusted=True, read_private=True)

    def _row(
        self, call: ToolCall, number: int, place: int, said: str, signatures: Mapping[str, str]
    ) -> ToolStep:
        detail: dict[str, object] = {"round": number, "call_id": call.call_id}
        if said:
            detail["said"] = said.replace("\0", "")
        if signature := signatures.get(call.call_id):
            detail["signature"] = signature
        detail["place"] = dict(self._caller.place)
        detail["read"] = list(self.ground.read)
        name, arguments = _NOT_OF_A_NAME.sub("_", call.name)[:64] or "unknown", "{}"
        try:
            arguments = self._dispatcher.checked(call.name, call.arguments)
        except Invalid as error:
            detail |= {"malformed": True, "wrong": str(error)}
        caller = self._caller
        row = ToolStep(
            step_id=new_id(),
            turn_id=caller.turn_id,
            name=name,
            agent=caller.agent,
            person_id=caller.person_id,
            state="reserved",
            arguments=arguments,
            digest="",
            shown="",
            result="",
            detail=detail,
            is_late=False,
        )
        return replace(row, digest=self._context.fingerprint(bound(row)))


def _wrong(row: ToolStep) -> str:
    return str(row.detail.get("wrong", ""))


def _named_once(calls: Sequence[ToolCall], number: int) -> list[ToolCall]:
    """The calls, each with a name of its own: the model's where it is one, or else ours."""
    taken: list[ToolCall] = []
    for place, call in enumerate(calls):
        given = call.call_id
        is_plain = 0 < len(given) <= 120 and given.isascii() and given.isprintable()
        if not is_plain or any(given == other.call_id for other in taken):
            given = f"call_{number}_{place}"
        taken.append(replace(call, call_id=given))
    return taken
