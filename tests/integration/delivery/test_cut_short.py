"""An answer that the model could not end is not shown as if it were whole."""

import json
from dataclasses import replace

import pytest

from core.conversations.turns.rounds import FILTERED_NOTE, LENGTH_NOTE
from core.conversations.turns.run_turn import run_turn
from core.gateway.answer import Gateway, Limits
from core.gateway.model import Delta, Finished
from core.gateway.usage.ledger import Ledger
from tests.integration.delivery.asked import ask, words

USUAL = Limits()


class Says:
    """A provider of ours: not the gateway's code, so it may be made up."""

    name, model = "scripted", "m"

    def __init__(self, text, reason):
        self._text, self._reason = text, reason

    async def stream(self, prompt):
        yield Delta(self._text)
        yield Finished(self.model, self.name, reason=self._reason)


@pytest.fixture
def told(stage, http):
    """What a person reads of an answer that ends so, and the reason that is kept."""

    async def tell(text, reason, limits=USUAL):
        asked = await ask(stage, http)
        gateway = Gateway([Says(text, reason)], limits, Ledger())
        staff = replace(stage.product.services.staff, gateway=gateway)
        await run_turn(asked.context, staff, asked.question)
        await asked.forget_mail()
        async with asked.context.db.transaction() as tx:
            detail = await tx.fetchval("select detail from turn_step where kind = 'model'")
        [message] = await asked.said()
        return words(message), (await asked.turn())[1], json.loads(detail)["reason"]

    return tell


@pytest.mark.parametrize(("reason", "note"), [("length", LENGTH_NOTE), ("filtered", FILTERED_NOTE)])
async def test_an_answer_that_was_cut_short_says_so(told, reason, note):
    shown, kept, noted = await told("There are 18", reason)

    assert kept == f"There are 18\n\n{note}"
    assert note in shown
    assert noted == reason


async def test_so_does_one_that_is_longer_than_an_answer_may_be(told):
    _, kept, noted = await told("eighteen weeks", "stop", Limits(answer_characters=8))

    assert (kept, noted) == (f"eighteen\n\n{LENGTH_NOTE}", "length")


async def test_the_words_do_not_fall_into_a_code_block_that_was_cut(told):
    _, kept, _ = await told("```sql\nselect 1", "length")

    assert kept == f"```sql\nselect 1\n```\n\n{LENGTH_NOTE}"


async def test_a_whole_answer_has_nothing_below_it(told):
    _, kept, noted = await told("There are 18.", "stop")

    assert (kept, noted) == ("There are 18.", "stop")
