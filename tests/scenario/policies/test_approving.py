"""Who may say yes, as an admin has set it: two people, a group, and a policy that is changed while a
card waits."""

from core.conversations.approvals.look_after import look_after_approvals
from tests.integration.worker.queueing import until_drained
from tests.scenario.policies.picking import ASK, approve, audited, in_random, put
from tests.scenario.servers.test_servers import direct
from tests.scenario.tools.test_approvals import states, titles
from tests.stage import spoken

WAITS = f"{ASK}- wait: 'This needs a yes'\n"
DONE = "- wait: 'Done as told'\n- wait: 'Done.'\n"


async def asked_for(stage):
    """The card stands wherever it has to."""
    await stage.play(WAITS)
    await until_drained(stage.product.services.database, stage.tenants["northwind"])


async def test_two_people_are_two_people_and_the_card_says_who_has_said_yes(company):
    async with company() as (stage, act, _):
        await put(act, stage, rule="ask", approvers="two")
        lines = await stage.play(
            WAITS
            + """
- click: Approve
- wait: 'somebody else has to say yes, too'
- click: Approve
- wait: 'Your yes counts, once'
- {person: ben, click: Approve}
"""
            + DONE
        )
        ana, ben = stage.person_id("ana"), stage.person_id("ben")
        yes = await audited(stage, "gateway:tool:approve")
        assert await states(stage) == ["done"]
        assert await titles(stage) == ["Plan"]

    said = spoken(lines)
    assert "Two people have to say yes; whoever asked may be one of them." in said
    assert "@ana said yes; somebody else has to say yes, too." in said
    assert "Approved by @ana and @ben." in said
    assert yes == [(ana, "done"), (ana, "refused"), (ben, "done")]


async def test_a_group_is_asked_where_it_reads_and_nobody_else_counts(company):
    async with company() as (stage, act, _):
        await put(act, stage, rule="ask", approvers="group", persons=["cho", "gil"])
        await asked_for(stage)
        ana, cho, gil = (stage.person_id(one) for one in ("ana", "cho", "gil"))
        asked = direct(stage, "cho")
        for who in ("ana", "gil", "cho"):  # an owner, a guest of the group, a member of it
            await approve(stage, act, who)
        yes = await audited(stage, "gateway:tool:approve")
        told, pressed = in_random(stage), await audited(stage, "conversations:button:press")
        assert await titles(stage) == ["Plan"]

    assert f"One of <@{cho}>, <@{gil}> can say yes." in asked
    assert "not yours to decide" in told
    assert "you are a guest here" in told
    assert f"Approved by <@{cho}>." in told
    assert (yes, pressed) == ([(ana, "refused"), (cho, "done")], [(gil, "refused")])


async def test_a_policy_that_is_changed_while_a_card_waits_counts_besides_and_the_card_says_so(
    company,
):
    async with company() as (stage, act, _):
        await asked_for(stage)
        ana, cho = stage.person_id("ana"), stage.person_id("cho")
        assert "Only whoever asked can say yes." in in_random(stage)
        await put(act, stage, rule="allow", approvers="group", persons=["cho"])
        card, asked = in_random(stage), direct(stage, "cho")
        await approve(stage, act, "ana")
        await approve(stage, act, "cho")
        yes = await audited(stage, "gateway:tool:approve")
        assert await titles(stage) == ["Plan"]

    assert f"One of <@{cho}> can say yes." in card
    assert "Only whoever asked" not in card
    assert f"One of <@{cho}> can say yes." in asked  # who may say yes now has the card, too
    assert yes == [(ana, "refused"), (cho, "done")]


async def test_what_is_forbidden_while_a_card_waits_is_not_done(company):
    async with company() as (stage, act, _):
        await asked_for(stage)
        await put(act, stage, rule="never", whose="mara")
        await approve(stage, act, "ana")

        assert "An admin has taken this tool from the agent since" in in_random(stage)
        assert await states(stage) == ["waiting"]
        assert await titles(stage) == []


async def test_an_agent_that_may_not_does_not_even_hear_of_the_tool(company):
    async with company() as (stage, act, received):
        await put(act, stage, rule="never", whose="mara")
        await stage.play(ASK + "- wait: 'Done as told'\n")

        assert await titles(stage) == []
    told = {t["function"]["name"] for t in received[0]["tools"]}
    assert "save_to_knowledge" not in told
    assert "post_to_channel" in told


async def test_who_may_say_yes_is_reminded_where_they_read_once_and_it_is_in_the_log(company):
    async with company() as (stage, act, _):
        await put(act, stage, rule="ask", approvers="group", persons=["cho"])
        await asked_for(stage)
        tenant, services = stage.tenants["northwind"], stage.product.services
        async with tenant.db.transaction() as tx:
            await tx.execute("update turn_step set begun_at = now() - interval '2 days'")
        for _ in range(2):
            await look_after_approvals(
                services.database, services.staff.messenger, [tenant.tenant_id]
            )
        reminded = direct(stage, "cho").count("still waits for a yes")
        rows = await audited(stage, "gateway:tool:remind")

    assert reminded == 1
    assert rows == [(stage.person_id("ana"), "done")]
