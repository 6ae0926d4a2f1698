"""Whoever has heard nothing for long hears that the agent is still at work, whatever it waits for."""

import asyncio
import json
from dataclasses import replace

import pytest

from core.conversations.turns.run_turn import run_turn
from core.conversations.turns.speak import STILL_AT_WORK
from core.gateway.answer import NO_ANSWER, Gateway, Limits
from core.gateway.model import Delta, Finished, ToolCall
from core.gateway.ports import ProviderError
from tests.integration.delivery.asked import ask, words
from tests.integration.worker.queueing import until

CLOCK = ToolCall("c1", "current_time", json.dumps({"zone": "UTC"}))
# Shorter than anything here takes that waits for it; the rest is as shipped.
SOON = Limits(silence_s=0.05)


class Scripted:
    """A provider of ours: not the gateway's code, so it may be made up. Each round of it is one of
    *rounds*, given the prompt."""

    name, model = "scripted", "m"

    def __init__(self, *rounds):
        self._rounds = iter(rounds)

    def stream(self, prompt):
        return next(self._rounds)(prompt)


async def calls(prompt):
    yield Finished("m", "scripted", reason="tools", calls=(CLOCK,))


async def answers(prompt):
    yield Delta("18 weeks.")
    yield Finished("m", "scripted")


async def is_down(prompt):
    raise ProviderError("server")
    yield  # a stream, like the others


@pytest.fixture
async def asked(stage, http):
    asked = await ask(stage, http)
    yield asked
    await asked.forget_mail()


async def test_it_is_said_once_over_all_rounds_and_the_answer_follows(asked, stage):
    """Each round begins a deadline of its own: none of them knows how long the person has waited."""
    heard = asyncio.Event()

    async def calls_when_heard(prompt):
        await heard.wait()
        async for item in calls(prompt):
            yield item

    gateway = Gateway([Scripted(calls, calls_when_heard, answers)], SOON)
    staff = replace(stage.product.services.staff, gateway=gateway)
    turn = asyncio.create_task(run_turn(asked.context, staff, asked.question))

    async def is_heard():
        return [words(message) for message in await asked.said()]

    await until(is_heard)
    assert [line.strip() for line in await is_heard()] == [STILL_AT_WORK]
    heard.set()
    await turn

    assert (await asked.turn())[1] == f"{STILL_AT_WORK}\n\n18 weeks."
    [message] = await asked.said()
    assert words(message).startswith(f"{STILL_AT_WORK}\n\n18 weeks.")


async def test_who_hears_words_in_time_is_not_told(asked, stage):
    limits = Limits(silence_s=3.0)  # longer than a busy machine needs for the first words

    async def answers_slowly(prompt):
        yield Delta("18 ")
        await asyncio.sleep(limits.silence_s)
        yield Delta("weeks.")
        yield Finished("m", "scripted")

    gateway = Gateway([Scripted(answers_slowly)], limits)
    staff = replace(stage.product.services.staff, gateway=gateway)
    await run_turn(asked.context, staff, asked.question)

    assert (await asked.turn())[1] == "18 weeks."


async def test_an_apology_may_come_after_it(asked, stage):
    async def is_down_late(prompt):
        await asyncio.sleep(0.3)
        async for item in is_down(prompt):
            yield item

    gateway = Gateway([Scripted(is_down_late)], SOON)
    staff = replace(stage.product.services.staff, gateway=gateway)
    await run_turn(asked.context, staff, asked.question)

    assert (await asked.turn())[1] == f"{STILL_AT_WORK}\n\n{NO_ANSWER}"
    [message] = await asked.said()
    assert NO_ANSWER in words(message)
