"""Who is told that a budget is nearly used up, and of which calls a budget knows the price."""

from contextlib import aclosing

import pytest

from core.gateway.answer import Gateway
from core.gateway.model import AgentTurn, Caller, Delta, Finished, Usage
from core.gateway.usage.ledger import Ledger
from core.gateway.usage.model import Limit
from core.gateway.usage.set_budget import set_budget
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
    await set_budget(context, wanted, person=OWNER, reference="r1")


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
