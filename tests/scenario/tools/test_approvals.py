"""A write waits for a click, in Slack, and goes on after it; nothing else sets it going."""

from core.conversations.approvals.look_after import look_after_approvals
from tests.integration.worker.queueing import until_drained
from tests.scenario.tools.obedient import obedient_stage
from tests.stage import spoken

SAVE = """ORDER save_to_knowledge {"title": "Plan", "text": "Buy hooks."}"""
ASK = f"""
- workspace: northwind
  person: ana
  in: dm
  say: 'Please {SAVE}'
- wait: 'This needs a yes'
"""


async def titles(stage, company="northwind"):
    async with stage.tenants[company].db.transaction() as tx:
        return [row["title"] for row in await tx.fetch("select title from document")]


async def states(stage):
    """Of the calls of tools, in their order."""
    async with stage.tenants["northwind"].db.transaction() as tx:
        steps = await tx.fetch("select state from turn_step where kind = 'tool' order by id")
    return [row["state"] for row in steps]


async def test_a_write_waits_for_a_click(stage_with):
    async with obedient_stage(stage_with) as (stage, _):
        lines = await stage.play(ASK)

        assert await states(stage) == ["waiting"]
        assert await titles(stage) == []
    assert "Buy hooks." in spoken(lines)


async def test_it_is_done_after_the_click_once_however_often_one_clicks(stage_with):
    async with obedient_stage(stage_with) as (stage, _):
        lines = await stage.play(
            ASK + "- click: Approve\n- wait: 'Done as told'\n- wait: 'Done.'\n"
        )
        found, ended = await titles(stage), await states(stage)

    assert found == ["Plan"]
    assert ended == ["done"]
    assert "Approved by" in spoken(lines)
    assert "<!channel>" not in spoken(lines)


async def test_a_no_is_the_end_of_it(stage_with):
    async with obedient_stage(stage_with) as (stage, _):
        lines = await stage.play(ASK + "- click: Decline\n- wait: 'Done as told'\n")
        found, ended = await titles(stage), await states(stage)

    assert found == []
    assert ended == ["declined"]
    assert "Declined by" in spoken(lines)


async def test_somebody_else_cannot_say_yes(stage_with):
    script = f"""
- workspace: northwind
  person: ana
  in: general
  say: '@aegis please {SAVE}'
- wait: 'This needs a yes'
- person: ben
  click: Approve
- wait: 'not yours to decide'
"""
    async with obedient_stage(stage_with) as (stage, _):
        await stage.play(script)

        assert await states(stage) == ["waiting"]
        assert await titles(stage) == []


async def test_what_nobody_answers_is_reminded_of_once_and_ends_in_words(stage_with):
    async with obedient_stage(stage_with) as (stage, _):
        tenant, services = stage.tenants["northwind"], stage.product.services

        async def look_after(expires: str) -> None:
            async with tenant.db.transaction() as tx:
                await tx.execute(
                    "update turn_step set begun_at = now() - interval '2 days',"
                    " expires_at = now() + $1::text::interval",
                    expires,
                )
            await look_after_approvals(
                services.database, services.staff.messenger, [tenant.tenant_id]
            )

        await stage.play(ASK)
        await look_after("1 hour")
        await look_after("1 hour")
        reminders = await count_posts(tenant, "approval:%:reminder")
        await look_after("-1 hour")
        await until_drained(services.database, tenant)

        assert "Nobody said yes in time" in await last_answer(tenant)
        assert reminders == 1
        assert await states(stage) == ["expired"]
        assert await titles(stage) == []


async def count_posts(tenant, pattern: str) -> int:
    async with tenant.db.transaction() as tx:
        return await tx.fetchval("select count(*) from outbox_message where key like $1", pattern)


async def last_answer(tenant) -> str:
    async with tenant.db.transaction() as tx:
        return await tx.fetchval("select coalesce(answer, '') from turn order by id desc limit 1")
