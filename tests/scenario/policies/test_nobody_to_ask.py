"""Whoever may say yes is asked, all of them; where there is nobody, nobody waits a day to hear it."""

import json
from dataclasses import replace

import pytest

from tests.integration.worker.queueing import until_drained
from tests.scenario.policies.picking import SAVE, put
from tests.scenario.policies.test_approving import asked_for
from tests.scenario.servers.test_servers import direct
from tests.scenario.tools.test_approvals import states, titles

NOBODY = "Not done: I know nobody else who may say yes to this"
GOES_ON = "Done as told"
GROUP = [f"colleague{number}" for number in range(13)]


async def ask_in_direct(stage, who="ben"):
    said = json.dumps(f"please {SAVE}")
    await stage.play(f"- {{workspace: northwind, person: {who}, in: dm, say: {said}}}\n- wait: 2\n")
    await until_drained(stage.product.services.database, stage.tenants["northwind"])


async def forget_people(stage, installer=""):
    """As where nobody but who asks has spoken to us yet."""
    installed_by = stage.person_id(installer) if installer else ""
    async with stage.tenants["northwind"].db.transaction() as tx:
        await tx.execute("delete from person")
        await tx.execute("update oauth_tokens set installed_by = $1", installed_by)


async def turn_state(stage):
    async with stage.tenants["northwind"].db.transaction() as tx:
        return await tx.fetchval("select state from turn order by id desc limit 1")


async def asked_directly(stage):
    async with stage.tenants["northwind"].db.transaction() as tx:
        rows = await tx.fetch(
            "select key from outbox_message where key like 'approval:%:U%' and state = 'sent'"
        )
    return {row["key"].rpartition(":")[2] for row in rows}


def hire(stage, names):
    """More people in the workspace."""
    workspace = stage.sandbox.world.find_workspace("northwind")
    cho = workspace.persons[stage.person_id("cho")]
    direct_message = workspace.direct_message(cho.id)
    for number, name in enumerate(names):
        colleague = replace(cho, id=f"U0COLL{number:02}", name=name)
        members = {colleague.id, workspace.bot_user_id}
        theirs = replace(direct_message, id=f"D0COLL{number:02}", members=members, messages={})
        workspace.persons[colleague.id], workspace.channels[theirs.id] = colleague, theirs


async def test_everybody_of_a_group_has_the_card_and_who_asked_has_it_once(company):
    async with company() as (stage, act, _):
        hire(stage, GROUP)
        await put(act, stage, rule="ask", approvers="group", persons=[*GROUP, "ana"])
        await asked_for(stage)

        assert await asked_directly(stage) == {stage.person_id(name) for name in GROUP}


@pytest.mark.parametrize("approvers", ["two", "admin"])
async def test_where_nobody_else_is_known_the_card_says_so_at_once_and_the_turn_goes_on(
    company, approvers
):
    async with company() as (stage, act, _):
        await put(act, stage, rule="ask", approvers=approvers)
        await forget_people(stage)
        await ask_in_direct(stage)
        told = direct(stage, "ben")

        assert (await states(stage), await turn_state(stage)) == (["failed"], "done")
        assert await titles(stage) == []
    assert NOBODY in told
    assert "Approve" not in told
    assert GOES_ON in told


@pytest.mark.parametrize("approvers", ["two", "admin"])
async def test_whoever_installed_the_app_is_asked_where_nobody_else_is_known(company, approvers):
    async with company() as (stage, act, _):
        await put(act, stage, rule="ask", approvers=approvers)
        await forget_people(stage, installer="ana")
        await ask_in_direct(stage)

        assert await states(stage) == ["waiting"]
        assert await asked_directly(stage) == {stage.person_id("ana")}


async def test_an_admin_who_asks_in_private_can_say_yes_alone(company):
    async with company() as (stage, act, _):
        await put(act, stage, rule="ask", approvers="admin")
        await forget_people(stage)
        await ask_in_direct(stage, "ana")

        assert await states(stage) == ["waiting"]


async def test_a_policy_that_leaves_nobody_to_ask_ends_what_waits_and_its_turn_goes_on(company):
    async with company() as (stage, act, _):
        await put(act, stage, rule="ask", approvers="group", persons=["cho"])
        await ask_in_direct(stage)
        waited = (await states(stage), await turn_state(stage))
        await put(act, stage, rule="ask", approvers="group", persons=["gil"])
        await until_drained(stage.product.services.database, stage.tenants["northwind"])
        cards = direct(stage, "ben"), direct(stage, "cho")

        assert waited == (["waiting"], "waiting")
        assert (await states(stage), await turn_state(stage)) == (["failed"], "done")
        assert await titles(stage) == []
    assert all(NOBODY in card and "Approve" not in card for card in cards)
    assert GOES_ON in cards[0]
