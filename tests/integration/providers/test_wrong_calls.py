"""F13: a model calls a tool that is not there, or with arguments that do not fit, over each vendor's wire:
one try to put it right, then a plain apology; nothing of it is run."""

from dataclasses import replace

import aiohttp
import pytest

from core.conversations.turns.rounds import HOPELESS_NOTE
from core.conversations.turns.run_turn import run_turn
from core.gateway.answer import Gateway
from core.gateway.model import ToolCall
from tests.integration.delivery.asked import ask
from tests.integration.providers.speakers import VENDORS, Line, provider_at, speaker

UNKNOWN = Line("Let me see.", (ToolCall("call_a", "drop_tables", "{}"),))
MISFIT = Line("So:", (ToolCall("call_b", "save_to_knowledge", '{"title": 7, "to": "all"}'),))
ANSWER = Line("Parents get 18 weeks.")


@pytest.fixture
async def told(stage_with, client, make_vendor):
    """What a person reads of a model's *lines*, how often it was asked, what it was told last, and
    the states of its calls."""
    async with stage_with(works=False) as stage, aiohttp.ClientSession(stage.sandbox.url) as http:

        async def tell(vendor, *lines):
            heard = []
            server = await make_vendor(speaker(vendor, line, heard) for line in lines)
            gateway = Gateway([provider_at(vendor, client, server.url.rstrip("/"))])
            asked = await ask(stage, http)
            staff = replace(stage.product.services.staff, gateway=gateway)
            await run_turn(asked.context, staff, asked.question)
            async with asked.context.db.transaction() as tx:
                rows = await tx.fetch("select state from turn_step where kind = 'tool' order by id")
            _, answer = await asked.turn()
            await asked.forget_mail()
            return answer, heard, [row["state"] for row in rows]

        yield tell


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("wrong", "why"),
    [(UNKNOWN, "There is no such tool."), (MISFIT, "The arguments do not fit")],
    ids=["unknown", "misfit"],
)
async def test_a_wrong_call_is_told_to_the_model_and_may_be_put_right(told, vendor, wrong, why):
    answer, heard, states = await told(vendor, wrong, ANSWER)

    assert answer.endswith(ANSWER.text)
    assert states == ["failed"]
    [[as_told]] = heard[1:]
    assert as_told.calls == ((wrong.calls[0].name, {}),)
    assert why in as_told.results[0]


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_second_wrong_call_ends_in_an_apology_and_nothing_was_run(told, vendor):
    answer, heard, states = await told(vendor, UNKNOWN, MISFIT, ANSWER)

    assert answer.endswith(HOPELESS_NOTE)
    assert (len(heard), states) == (2, ["failed", "failed"])
