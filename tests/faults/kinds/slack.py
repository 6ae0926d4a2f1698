"""Slack has a bad day: the sandbox's switches, each for a few seconds."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.faults.kinds.stage import SETTLE_SECONDS, Stage


@dataclass(frozen=True, slots=True)
class Switched:
    """Switches of the sandbox that are on for a while. *excuses* as in `Window`."""

    number: str
    name: str
    on: Mapping[str, object]
    off: Mapping[str, object]
    excuses: tuple[str, ...] = ()
    least: float = 4.0
    most: float = 10.0

    async def strike(self, stage: Stage) -> None:
        async with stage.broken(self.name, *self.excuses):
            await stage.cluster.slack.set_faults(**self.on)
            try:
                await asyncio.sleep(stage.some_time(self.least, self.most))
            finally:
                await stage.cluster.slack.set_faults(**self.off)


@dataclass(frozen=True, slots=True)
class Refusals:
    """F15: the next calls of a method are refused, with 429 and Retry-After or as a passing error."""

    number: str
    name: str
    error: str
    retry_after_s: tuple[int, int] | None = None  # least and most
    methods: tuple[str, ...] = field(
        default=("chat.startStream", "chat.appendStream", "chat.stopStream", "chat.postMessage")
    )

    async def strike(self, stage: Stage) -> None:
        seconds = stage.random.randint(*self.retry_after_s) if self.retry_after_s else None
        # Whoever was told to wait does so from when it was told.
        async with stage.broken(self.name, "turns", settle=seconds or SETTLE_SECONDS):
            for method in self.methods:
                times = stage.random.randint(1, 3)
                await stage.cluster.slack.refuse(method, self.error, times, seconds)
            await asyncio.sleep(stage.some_time(3.0, 6.0))


SLACK_FAULTS = (
    Switched(
        "F3",
        "duplicates and disorder",
        {"duplicates": 3, "reorder": 0.1},
        {"duplicates": 0, "reorder": 0.0},
    ),
    Switched("F4", "deliver again what was acknowledged", {"redeliver": 0.3}, {"redeliver": 0.0}),
    Switched(
        "F7",
        "the app is unreachable",
        {"unreachable": True},
        {"unreachable": False},
        ("acks",),
        1.0,
        2.5,
    ),
    Switched("F15", "rate limits", {"rate_limits": True}, {"rate_limits": False}, ("turns",)),
    Switched(
        "F15", "Slack answers 503", {"server_errors": 0.2}, {"server_errors": 0.0}, ("turns",)
    ),
    Switched(
        "F15", "Slack's answers are lost", {"lost_answers": 0.1}, {"lost_answers": 0.0}, ("turns",)
    ),
    Switched("F15", "Slack is slow", {"slow_s": 0.5}, {"slow_s": 0.0}),
    Switched("F15", "streams end early", {"stream_age_s": 1.0}, {"stream_age_s": 300.0}),
    Refusals("F15", "429 with Retry-After", "ratelimited", retry_after_s=(1, 30)),
    Refusals("F15", "passing errors", "internal_error"),
)
