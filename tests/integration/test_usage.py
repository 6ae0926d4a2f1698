"""Budgets and usage: paid for before, settled after, and never overspent side by side."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from core.gateway.answer import Gateway
from core.gateway.model import AgentTurn, Caller, Delta, Finished, Passage, Usage
from core.gateway.usage import store
from core.gateway.usage.inspection.find_shown import find_shown
from core.gateway.usage.ledger import Bill, Ledger
from core.gateway.usage.list_usage import list_usage
from core.gateway.usage.model import Limit, Spent
from core.gateway.usage.prices import MOST_ANSWER_TOKENS, price_of, prices_date, tokens_of
from core.gateway.usage.set_budget import set_budget
from core.kernel.errors import NotFound, Refused
from core.kernel.ids import new_id
from core.tenancy.model import Person

FOUND = (Passage(1, "Leave", 2, "Parents", "Everyone has 18 weeks."),)
TURN = AgentTurn("Pia", "people", "Be kind.", "How many weeks?", FOUND)
CALLER = Caller("t1", "U1", "people")
OWNER, MEMBER = Person("UOLGA", "owner"), Person("U1", "member")
ESTIMATE = Bill("m", Usage(100, 100), 1_000)


class Scripted:
    """A provider of ours: not the gateway's code, so it may be made up."""

    name, model = "scripted", "claude-sonnet-4-5"

    def __init__(self, usage: Usage = Usage(1_000, 100)) -> None:  # noqa: B008
        self.usage = usage
        self.asked = 0

    async def stream(self, prompt):
        self.asked += 1
        yield Delta("18 weeks [1]")
        yield Finished(self.model, self.name, self.usage)


async def ask(gateway, context, caller=CALLER):
    async with aclosing(gateway.answer(context, TURN, caller)) as stream:
        *_, last = [item async for item in stream]
    return last


async def limit(context, scope, amount, unit="tokens", period="day", key=""):
    wanted = Limit(scope, unit, period, amount, key)
    await set_budget(context, wanted, person=OWNER, reference=new_id())


async def actions(context):
    async with context.db.transaction() as tx:
        rows = await tx.fetch("select action, outcome from audit_event order by seq")
    return [(row["action"], row["outcome"]) for row in rows]


async def calls(context):
    async with context.db.transaction() as tx:
        return await store.list_shown(tx, "t1")


async def test_a_call_leaves_a_row_of_what_was_sent_and_what_it_cost(context):
    await ask(Gateway([Scripted()], ledger=Ledger()), context)

    [row] = await calls(context)
    assert (row["state"], row["name"], row["agent"], row["person_id"]) == (
        *("done", "claude-sonnet-4-5", "people", "U1"),
    )
    assert (row["input_tokens"], row["output_tokens"], row["cost_micros"]) == (1_000, 100, 4_500)
    assert "Everyone has 18 weeks." in row["shown"]
    assert "How many weeks?" in row["shown"]
    detail = row["detail"]
    assert (detail["provider"], detail["reason"], detail["failovers"]) == ("scripted", "stop", [])
    assert detail["sections"]["passages"] == len("Everyone has 18 weeks.")


async def test_an_uncounted_answer_is_estimated(context):
    await ask(Gateway([Scripted(Usage())], ledger=Ledger()), context)

    [row] = await calls(context)
    assert row["output_tokens"] == tokens_of("18 weeks [1]")
    assert row["input_tokens"] > 100
    assert row["detail"]["counted"] is False


@pytest.mark.parametrize("counted", [Usage(-5, -5), Usage(10**12, 10**15)])
async def test_a_provider_that_cannot_count_breaks_nothing(context, counted):
    await ask(Gateway([Scripted(counted)], ledger=Ledger()), context)

    [row] = await calls(context)
    assert row["state"] == "done"
    assert 0 <= row["input_tokens"] <= 10**8


async def test_a_person_who_stops_has_been_served_so_far(context):
    stream = Gateway([Scripted()], ledger=Ledger()).answer(context, TURN, CALLER)
    await anext(stream)
    await stream.aclose()

    [row] = await calls(context)
    assert row["state"] == "failed"
    assert row["output_tokens"] == tokens_of("18 weeks [1]")


async def test_a_limit_is_a_refusal_in_words_and_on_record(context):
    await limit(context, "person", 500)
    provider = Scripted()
    gateway = Gateway([provider], ledger=Ledger())
    await ask(gateway, context)

    with pytest.raises(Refused) as refusal:
        await ask(gateway, context)

    words = str(refusal.value)
    assert words.startswith("The budget of the person who asks is used up for today: 500 tokens.")
    assert "at 00:00 UTC" in words
    assert "`/aegis budget`" in words
    assert provider.asked == 1
    assert ("gateway:model:call", "refused") in await actions(context)
    other = await ask(gateway, context, Caller("t2", "U2", "people"))
    assert other.provider == "scripted"


async def test_each_scope_counts_its_own(context):
    await limit(context, "agent", 500, key="finance")
    gateway = Gateway([Scripted()], ledger=Ledger())
    finance = Caller("t1", "U1", "finance")
    await ask(gateway, context, finance)
    await ask(gateway, context)
    await ask(gateway, context)

    with pytest.raises(Refused, match="budget of this agent"):
        await ask(gateway, context, finance)


async def test_the_trial_has_its_own_limit(context):
    ledger = Ledger(trial=(Limit("tenant", "dollars", "month", 4_000, trial=True),))
    gateway = Gateway([Scripted()], ledger=ledger)
    await ask(gateway, context)

    with pytest.raises(Refused, match=r"trial's budget .* Whoever runs AEGIS can raise it"):
        await ask(gateway, context)


async def test_twenty_at_once_overspend_by_less_than_one_estimate(context):
    """Without the row lock of `lock_company` all twenty find the whole budget left."""
    await limit(context, "tenant", 1_000)  # an estimate is 200 tokens: five calls
    ledger = Ledger()

    async def reserve(number):
        caller = Caller(f"t{number}", f"U{number}", "people")
        return await ledger.reserve(context, caller, ESTIMATE, "", {})

    taken = await asyncio.gather(*map(reserve, range(20)), return_exceptions=True)

    assert sum(not isinstance(each, BaseException) for each in taken) == 5
    assert all(isinstance(each, Refused) for each in taken if isinstance(each, BaseException))


async def test_twenty_at_once_through_the_gateway(context):
    """Each costs 1,100 tokens when it is settled, and is reserved with more."""
    await limit(context, "tenant", 10_000)
    gateway = Gateway([Scripted()], ledger=Ledger())

    await asyncio.gather(*(ask(gateway, context) for _ in range(20)), return_exceptions=True)

    async with context.db.transaction() as tx:
        spending, _ = await store.sum_spent(tx, "U1", "people", datetime.now(UTC), 900.0)
    spent = spending.spent["tenant", "day"].tokens
    [first, *_] = await calls(context)
    estimate = tokens_of(first["shown"]) + MOST_ANSWER_TOKENS
    assert spent < 10_000 + estimate


async def test_a_reservation_of_a_dead_process_expires(context):
    await limit(context, "tenant", 200)
    ledger = Ledger()
    dead = await ledger.reserve(context, CALLER, ESTIMATE, "", {"prompt_micros": 300})
    with pytest.raises(Refused):
        await ledger.reserve(context, CALLER, ESTIMATE, "", {})
    async with context.db.transaction() as tx:
        await tx.execute("update turn_step set begun_at = begun_at - interval '16 minutes'")

    await ledger.reserve(context, CALLER, ESTIMATE, "", {})

    rows = {row["step_id"]: row for row in await calls(context)}
    assert rows[dead.step_id]["state"] == "expired"
    assert (rows[dead.step_id]["output_tokens"], rows[dead.step_id]["cost_micros"]) == (0, 300)


async def test_a_warning_comes_once_to_the_asker_and_once_to_the_owner(context):
    told = []

    async def tell(tenant_id, words, key):
        told.append((tenant_id, words, key))

    await limit(context, "tenant", 3_000)
    gateway = Gateway([Scripted(Usage(1_300, 0))], ledger=Ledger(tell_owner=tell))
    notices = [(await ask(gateway, context)).notice for _ in range(3)]

    assert notices[:2] == ["", ""]
    assert notices[2].startswith("The budget of this workspace for today is nearly used up")
    await limit(context, "tenant", 4_500)
    assert (await ask(gateway, context)).notice == ""
    [(tenant_id, words, key)] = told
    assert (tenant_id, words) == (context.tenant_id, notices[2])
    assert key.startswith("budget:tenant::tokens:day:20")


async def test_a_member_sees_their_own_use_and_an_admin_all_of_it(context):
    await limit(context, "person", 5_000)
    gateway = Gateway([Scripted()], ledger=Ledger())
    await ask(gateway, context)
    await ask(gateway, context, Caller("t2", "U2", "finance"))

    own = await list_usage(context, MEMBER)
    everybody = await list_usage(context, OWNER, reference="r9")

    assert (own.own.day, own.tenant, own.persons) == (Spent(1_100, 4_500), None, None)
    assert [left.used for left in own.left] == [1_100]
    assert everybody.tenant.month == Spent(2_200, 9_000)
    assert set(everybody.persons) == {"U1", "U2"}
    assert set(everybody.agents) == {"people", "finance"}
    assert ("gateway:usage:read", "done") in await actions(context)


async def test_what_a_model_saw_is_for_admins_and_on_record(context):
    await ask(Gateway([Scripted()], ledger=Ledger()), context)

    with pytest.raises(Refused):
        await find_shown(context, "t1", person=MEMBER, reference="r1")
    [shown] = await find_shown(context, "t1", person=OWNER, reference="r2")
    with pytest.raises(NotFound):
        await find_shown(context, "t404", person=OWNER, reference="r3")

    assert "Everyone has 18 weeks." in shown.text
    assert shown.model == "claude-sonnet-4-5"
    done = [row for row in await actions(context) if row[0] == "gateway:prompt:read"]
    assert [outcome for _, outcome in done] == [
        *("refused", "attempt", "done", "attempt", "failed"),
    ]


def test_prices_have_a_date_and_a_cautious_default():
    assert prices_date().year >= 2026
    assert price_of("never-heard-of").output >= price_of("claude-sonnet-4-5").output
    assert price_of("offline").micros(Usage(10**6, 10**6)) == 0
    assert price_of("claude-sonnet-4-5").micros(Usage(1, 0)) == 3


async def test_the_companys_own_order_of_models_is_followed(context):
    first, favourite = Scripted(), Scripted()
    favourite.name = "house"
    async with context.db.transaction() as tx:
        await store.lock_company(tx)
        await store.put_company(tx, 2, {"models": ["house"]}, "UOLGA")

    last = await ask(Gateway([first, favourite], ledger=Ledger()), context)

    assert (first.asked, favourite.asked, last.why) == (0, 1, "the company's order")
