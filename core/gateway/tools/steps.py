"""Calls of tools as rows: what a turn asked for, what became of it, and how a model reads it. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from core.gateway.model import Step, ToolCall, ToolResult

State = Literal[
    "reserved", "waiting", "approved", "declined", "expired", "running", "done", "failed"
]
SETTLED = ("done", "failed", "declined", "expired")

_WORDS = {
    "declined": "The person said no. Nothing was done. Do not try it in another way.",
    "expired": "Nobody said yes in time. Nothing was done.",
}


@dataclass(frozen=True, slots=True)
class ToolStep:
    """One call of a tool as it is stored. *is_late*: the time in which a yes counts is over."""

    step_id: str
    turn_id: str
    name: str
    agent: str
    person_id: str
    state: State
    arguments: str
    digest: str
    shown: str
    result: str
    detail: Mapping[str, Any]
    is_late: bool

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED

    @property
    def was_asked(self) -> bool:
        """Whether people had to be asked."""
        return bool(self.detail.get("asked"))

    @property
    def had_nobody(self) -> bool:
        """Whether nobody has answered: in time, or because there was nobody to ask."""
        return self.state == "expired" or bool(self.detail.get("unasked"))

    @property
    def is_untold(self) -> bool:
        """Whether it is settled, and the cards of those who were asked do not say so yet."""
        return self.is_settled and self.was_asked and self.detail.get("told") != self.state

    @property
    def is_malformed(self) -> bool:
        """Whether the model named no tool of ours, or wrote arguments that do not fit."""
        return bool(self.detail.get("malformed"))

    def noted(self, name: str) -> frozenset[str]:
        """The ids that its tool has noted under *name*; none where it noted nothing."""
        ids = self.detail.get(name)
        return frozenset(map(str, ids)) if isinstance(ids, list) else frozenset()

    @property
    def round(self) -> int:
        return int(self.detail.get("round", 0))

    @property
    def given(self) -> dict[str, Any]:
        """The arguments."""
        given: dict[str, Any] = json.loads(self.arguments or "{}")
        return given

    def moved(self, state: State, result: str | None = None, **detail: Any) -> "ToolStep":
        """The step as it is after a change of its row."""
        result = self.result if result is None else result
        return replace(self, state=state, result=result, detail={**self.detail, **detail})

    @property
    def outcome(self) -> ToolResult:
        """What the model reads of it."""
        text = _WORDS.get(self.state, self.result)
        return ToolResult(
            str(self.detail.get("call_id", "")), self.name, text, is_error=self.state != "done"
        )


def as_steps(rows: Iterable[ToolStep]) -> tuple[Step, ...]:
    """The rounds of a turn that are settled, as a model is told of them."""
    steps = []
    for _, grouped in groupby(rows, key=lambda row: row.round):
        of_round = list(grouped)
        if not all(row.is_settled for row in of_round):
            break
        calls = tuple(
            ToolCall(str(row.detail.get("call_id", "")), row.name, row.arguments)
            for row in of_round
        )
        signatures = {
            str(row.detail["call_id"]): str(row.detail["signature"])
            for row in of_round
            if row.detail.get("signature")
        }
        said = str(of_round[0].detail.get("said", ""))
        steps.append(Step(said, calls, tuple(row.outcome for row in of_round), signatures))
    return tuple(steps)
