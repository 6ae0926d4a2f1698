"""F11 to F13: the model vendor refuses, breaks off, or talks garbage. There is no other one to ask, so a
question may end in an apology."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.faults.kinds.stage import Stage

MOST_TIMES = 3  # fewer than open a breaker, so that most questions are answered all the same
REST_SECONDS = 35.0  # a breaker that opens all the same, and one call


@dataclass(frozen=True, slots=True)
class IllModel:
    """The next few answers are none; *how* as in `tests.faults.cluster.provider.Ill`."""

    number: str
    name: str
    how: Mapping[str, object] = field(default_factory=dict)
    retry_after_s: tuple[int, int] | None = None  # least and most

    async def strike(self, stage: Stage) -> None:
        how = dict(self.how)
        if self.retry_after_s:
            how["retry_after"] = stage.random.randint(*self.retry_after_s)
        async with stage.broken(self.name, "models", settle=REST_SECONDS):
            await stage.cluster.fail_in_model(stage.random.randint(1, MOST_TIMES), **how)
            try:
                await asyncio.sleep(stage.some_time(3.0, 5.0))
            finally:
                await stage.cluster.fail_in_model(0)


MODEL_FAULTS = (
    IllModel("F11", "the model answers 429", {"status": 429}, retry_after_s=(1, 5)),
    IllModel("F11", "the model answers 503", {"status": 503}),
    IllModel("F12", "the model's stream is cut", {"pieces": 2}),
    IllModel("F13", "the model talks garbage", {"pieces": 2, "garbage": True}),
)
