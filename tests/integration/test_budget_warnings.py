"""Who is told that a budget is nearly used up, and of which calls a budget knows the price."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from core.gateway.answer import Gateway
from core.gateway.model import AgentTurn, Caller, Delta, Finished, Usage
from core.gateway.ports import ProviderError
from core.gateway.usage.ledger import Ledger
from core.gateway.usage.model import Limit
from core.gateway.usage.set_budget import set_budget
from core.kernel.errors import Unavailable
from core.kernel.ids import new_id
from core.tenancy.model import Person

TURN = AgentTurn("Pia", "people", "Be kind.", "How many weeks?")
OWNER = Person("UOLGA", "owner")
ANA, BEN = Caller("t1", "U1", "people"), Caller("t2", "U2", "people")


class Counting:
    """A provider of ours: not the gateway's code, so it may be made up."""

    name, model = "scripted", "m"

    async def stream(self, prompt):
        yield Delta("18 weeks")
        yield Finished(self.model, self.name, Usage(1_300, 0))


@pytest.fixture
def told():
    return []


@pytest.fixture
def gateway(told):
    async def tell(tenant_id, words, key):
        told.append(words)

    return Gateway([Counting()], ledger=Ledger(tell_owner=tell))


async def notice(gateway, context, caller):
    async with aclosing(gateway.answer(context, TURN, caller)) as stream:
        *_, last = [item async for item in stream]
    return last.notice


async def limit(context, scope, amount, key=""):
    wanted = Limit(scope, "tokens", "day", amount, key)
    await set_budget(context, wanted, person=OWNER, reference=new_id())


async def test_a_limit_for_each_person_warns_each_of_them_and_not_the_owner(gateway, context, told):
    await limit(context, "person", 1_500)

    first = [await notice(gateway, context, ANA) for _ in range(2)]
    second = [await notice(gateway, context, BEN) for _ in range(2)]

    assert first[0] == second[0] == ""
    assert first[1].startswith("The budget of the person who asks for today is nearly used up")
    assert second[1] == first[1]
    assert told == []


async def test_the_owner_is_told_whose_budget_it_is(gateway, context, told):
    await limit(context, "person", 1_500, "U1")
    await limit(context, "agent", 3_000)

    notices = [await notice(gateway, context, each) for each in (ANA, ANA, BEN)]

    assert notices[1].startswith("The budget of the person who asks for today")
    assert notices[2].startswith("The budget of this agent for today")
    assert [words.split(" for today")[0] for words in told] == [
        "The budget of <@U1>",
        "The budget of the agent `people`",
    ]


async def spent(context, tokens):
    """As if each call so far had cost so much."""
    async with context.db.transaction() as tx:
        await tx.execute("update turn_step set input_tokens = $1, output_tokens = 0", tokens)


class Ill:
    """It says a word, and then nothing more."""

    name, model = "scripted", "m"

    async def stream(self, prompt):
        yield Delta("18")
        raise ProviderError("cut")


async def gives_up(gateway, context):
    with pytest.raises(Unavailable):
        await notice(gateway, context, ANA)


async def is_stopped(gateway, context):
    async with aclosing(gateway.answer(context, TURN, ANA)) as stream:
        await anext(stream)


async def is_put_in_short(gateway, context):
    """Nobody reads what comes of it but the next turn."""
    assert await notice(gateway, context, replace(ANA, is_heard=False)) == ""


@pytest.mark.parametrize(
    ("unheard", "provider"),
    [(gives_up, Ill), (is_stopped, Counting), (is_put_in_short, Counting)],
)
async def test_what_nobody_has_heard_is_told_with_the_next_answer(
    gateway, told, context, unheard, provider
):
    await limit(context, "tenant", 1_500)
    await notice(gateway, context, BEN)
    await spent(context, 1_200)
    ill = Gateway([provider()], ledger=gateway.ledger)
    await unheard(ill, context)
    assert told == []

    await spent(context, 600)  # with each of the two calls
    words = "The budget of this workspace for today is nearly used up"
    assert (await notice(gateway, context, ANA)).startswith(words)
    assert len(told) == 1


async def test_of_many_at_once_one_is_told(gateway, told, context):
    await limit(context, "tenant", 1_000_000)
    await notice(gateway, context, ANA)
    await spent(context, 850_000)

    notices = await asyncio.gather(*(notice(gateway, context, ANA) for _ in range(4)))

    assert len([words for words in notices if words]) == 1
    assert len(told) == 1
