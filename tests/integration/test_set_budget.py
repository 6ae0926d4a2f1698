"""A budget is set and cleared by admins, once, as a new version of the company's profile."""

import pytest

from core.gateway.usage import store
from core.gateway.usage.model import Limit
from core.gateway.usage.set_budget import clear_budget, list_budgets, set_budget
from core.kernel.errors import Invalid, NotFound, Refused
from tests.integration.test_usage import MEMBER, OWNER, actions, limit


async def test_budgets_are_a_new_version_of_the_companys_profile(context):
    await limit(context, "tenant", 100)
    await limit(context, "tenant", 200)
    await limit(context, "person", 5, "dollars", "month", "U7")

    assert await list_budgets(context) == (
        Limit("tenant", "tokens", "day", 200),
        Limit("person", "dollars", "month", 5, "U7"),
    )
    async with context.db.transaction() as tx:
        version, body = await store.find_company(tx)
        await store.put_company(tx, version + 1, {**body, "words": "kept"}, "UOLGA")
    gone = await clear_budget(context, "person", "U7", person=OWNER, reference="r1")
    async with context.db.transaction() as tx:
        _, body = await store.find_company(tx)
    assert gone == 1
    assert (len(body["budgets"]), body["words"]) == (1, "kept")
    with pytest.raises(NotFound):
        await clear_budget(context, "person", person=OWNER, reference="r2")
    assert (await actions(context)).count(("gateway:budget:change", "done")) == 4


async def test_a_command_that_is_carried_out_again_after_a_crash_changes_nothing(context):
    first, second = Limit("tenant", "tokens", "day", 100), Limit("tenant", "tokens", "day", 200)
    await set_budget(context, first, person=OWNER, reference="r1")
    await set_budget(context, second, person=OWNER, reference="r2")
    await set_budget(context, first, person=OWNER, reference="r1")
    assert await list_budgets(context) == (second,)

    assert await clear_budget(context, "tenant", person=OWNER, reference="r3") == 1
    assert await clear_budget(context, "tenant", person=OWNER, reference="r3") == 0
    assert await list_budgets(context) == ()
    assert (await actions(context)).count(("gateway:budget:change", "done")) == 3


@pytest.mark.parametrize("amount", [0, -1, 10**30])
async def test_a_budget_of_nothing_or_of_everything_is_refused(context, amount):
    with pytest.raises(Invalid):
        await limit(context, "tenant", amount)


async def test_a_member_sets_no_budget(context):
    with pytest.raises(Refused):
        await set_budget(
            context, Limit("tenant", "tokens", "day", 1), person=MEMBER, reference="r1"
        )
