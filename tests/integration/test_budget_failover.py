"""A model that broke off is paid for, so the next one is asked only while something is left."""

from contextlib import aclosing

import pytest

from core.gateway.answer import Gateway
from core.gateway.model import AgentTurn, Caller, Delta, Finished, Usage
from core.gateway.ports import ProviderError
from core.gateway.usage import store
from core.gateway.usage.ledger import Ledger
from core.gateway.usage.model import Limit
from core.gateway.usage.set_budget import set_budget
from core.kernel.errors import Refused
from core.tenancy.model import Person

TURN = AgentTurn("Pia", "people", "Be kind.", "How many weeks?")
OWNER = Person("UOLGA", "owner")


class Model:
    """A provider of ours: not the gateway's code, so it may be made up. *meanwhile* happens while
    it speaks; then it breaks off, or ends having counted 3,000 tokens."""

    def __init__(self, name, *, breaks=False, refuses=False, meanwhile=None):
        self.name, self.model, self.asked = name, f"{name}-model", 0
        self._breaks, self._refuses, self._meanwhile = breaks, refuses, meanwhile

    async def stream(self, prompt):
        self.asked += 1
        if self._refuses:
            raise ProviderError("refused")
        yield Delta("18 weeks")
        if self._meanwhile:
            await self._meanwhile()
        if self._breaks:
            raise ProviderError("cut")
        yield Finished(self.model, self.name, Usage(3_000, 0))


async def ask(context, *models, turn="t1"):
    gateway = Gateway(models, ledger=Ledger())
    async with aclosing(gateway.answer(context, TURN, Caller(turn, "U1", "people"))) as stream:
        *_, last = [item async for item in stream]
    return last


async def reserved(context, turn="t1"):
    async with context.db.transaction() as tx:
        [row] = await store.list_shown(tx, turn)
    return row["input_tokens"] + row["output_tokens"]


async def test_the_reservation_grows_before_another_model_is_asked(context):
    held = []

    async def look():
        held.append(await reserved(context))

    await ask(context, Model("first", breaks=True, meanwhile=look), Model("second", meanwhile=look))

    at_first, then = held
    assert then > at_first


async def test_what_the_second_model_was_shown_is_kept_below_what_the_first_was(context):
    """It goes on from what the first one has said, so its prompt is another one."""
    await ask(context, Model("first", breaks=True), Model("second"))

    async with context.db.transaction() as tx:
        [row] = await store.list_shown(tx, "t1")
    first, _, second = row["shown"].partition("# Asked to go on: second-model")
    assert "How many weeks?" in first
    assert "18 weeks" not in first
    assert "How many weeks?" in second
    assert "18 weeks" in second


async def test_a_prompt_that_goes_to_another_model_unchanged_is_kept_once(context):
    await ask(context, Model("first", refuses=True), Model("second"))

    async with context.db.transaction() as tx:
        [row] = await store.list_shown(tx, "t1")
    assert row["shown"].count("How many weeks?") == 1


async def test_nobody_goes_on_when_others_have_used_up_the_rest(context):
    limit = Limit("tenant", "tokens", "day", 12_000)
    await set_budget(context, limit, person=OWNER, reference="r1")
    second = Model("second")

    async def spent():
        await ask(context, Model("third"), turn="other")
        async with context.db.transaction() as tx:
            await tx.execute("update turn_step set input_tokens = 12000 where turn_id = 'other'")

    with pytest.raises(Refused, match="budget of this workspace is used up"):
        await ask(context, Model("first", breaks=True, meanwhile=spent), second)

    assert second.asked == 0
    assert await reserved(context) < 8_000
