"""Policies of tools: set for all agents or one, by two admins at once, read anew in every process."""

import asyncio
import json

import pytest

from core.agents.changes.instruct_company import instruct_company
from core.agents.changes.read_versions import diff_versions
from core.agents.checking import Unfit
from core.agents.load_roster import load_roster
from core.agents.model import COMPANY
from core.agents.policies.model import ToolSetting
from core.agents.policies.read_policy import read_policy
from core.agents.policies.set_policy import set_policy
from core.db.database import Database
from core.db.pool import open_pool
from core.gateway.approvals.model import ApprovalRule
from core.gateway.tools.model import Tool
from core.kernel.errors import Conflict, NotFound
from tests.integration.agents.test_changes import audited

POST = Tool("post", "", {"type": "object"}, "writes", None)
FIND = Tool("find", "", {"type": "object"}, "reads", None)
KEEP = Tool("keep", "", {"type": "object"}, "writes", None, always_asks=True)
TWO = ApprovalRule("two")


@pytest.fixture
def put(context):
    def begin(tool=POST, rule=None, approval=None, key=COMPANY, version=0, reference="r1"):
        setting = ToolSetting(rule, approval)
        return set_policy(
            context, tool, setting, key=key, version=version, actor="UANA", reference=reference
        )

    return begin


async def policy_of(context, key="finance"):
    async with context.db.transaction() as tx:
        return await read_policy(tx, key)


async def test_what_is_set_for_all_holds_for_each_and_other_settings_stay(put, context):
    await instruct_company(context, "Be kind.", version=0, actor="UANA", reference="r0")
    await put(rule="ask", approval=TWO, version=1)
    await put(FIND, "never", version=2, reference="r2")

    for key in ("finance", "legal"):
        policy = await policy_of(context, key)
        assert policy.approval(POST, {}) == TWO
        assert not policy.has(FIND)
    roster = await load_roster(context)
    assert (roster.company, roster.company_version) == ("Be kind.", 3)


async def test_what_is_set_for_one_is_of_that_one_alone(put, context):
    assert await put(rule="never", key="finance") == 1

    assert not (await policy_of(context, "finance")).has(POST)
    assert (await policy_of(context, "legal")).has(POST)
    assert (await load_roster(context)).find("finance").version == 1


async def test_another_process_has_it_with_the_next_look(put, context, service_dsn, master):
    pool = await open_pool(service_dsn, size=1)
    elsewhere = await Database(pool, master).tenant(context.tenant_id)
    before = await policy_of(elsewhere)
    await put(rule="never")
    after = await policy_of(elsewhere)
    await pool.close()

    assert before.has(POST)
    assert not after.has(POST)


async def test_it_is_in_the_log_with_what_was_set(put, context):
    await put(rule="ask", approval=ApprovalRule("group", ("UBEN",)), key="finance")
    [event] = await audited(context)

    assert (event.action, event.outcome) == ("agents:policy:set", "done")
    assert event.detail == {
        "version": 1,
        "agent": "finance",
        "tool": "post",
        "rule": "ask",
        "approvers": "group",
    }
    assert "UBEN" not in json.dumps(event.detail)


async def test_the_same_again_is_no_version(put, context):
    assert await put(rule="ask") == 1
    assert await put(rule="ask") == 1  # the same event, worked on again
    assert await put(rule="ask", version=1, reference="r2") == 1  # the same, sent twice
    assert await put(rule=None, version=1, reference="r3") == 2

    assert len(await audited(context)) == 2


async def test_two_admins_set_one_tool_at_once_and_one_hears_of_the_other(put, context):
    outcomes = await asyncio.gather(
        put(rule="never", reference="r1"), put(rule="allow", reference="r2"), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "int"]
    assert len(await audited(context)) == 1


async def test_two_admins_set_two_tools_at_once_and_neither_is_lost(put, context):
    await asyncio.gather(put(POST, "never"), put(FIND, "never", reference="r2"))

    policy = await policy_of(context)
    assert not policy.has(POST)
    assert not policy.has(FIND)


async def test_what_always_asks_is_never_allowed_and_nothing_is_kept(put, context):
    with pytest.raises(Unfit) as refused:
        await put(KEEP, "allow")

    assert "waits for a yes each time" in refused.value.problems["rule"]
    assert await audited(context) == []


async def test_nothing_is_set_for_an_agent_that_is_not_there(put):
    with pytest.raises(NotFound):
        await put(rule="never", key="nobody")


async def test_who_was_edited_meanwhile_hears_so(put):
    await put(rule="never", key="finance")
    with pytest.raises(Conflict, match="somebody else"):
        await put(rule="allow", key="finance", version=0, reference="r2")


async def test_a_name_that_clashes_by_now_is_no_reason_not_to_forbid(put, context):
    """An agent's profile may be unfit by the rules of today; a policy is set all the same."""
    async with context.db.transaction() as tx:
        await tx.execute(
            "insert into person (person_id, standing, display_name) values ('UFIN', 'member', 'Finn')"
        )
    await put(rule="never", key="finance")

    assert not (await policy_of(context)).has(POST)


async def test_versions_say_what_was_set(put, context):
    await put(rule="ask", approval=TWO)
    await put(rule="ask", approval=TWO, key="finance", reference="r2")

    assert await diff_versions(context, COMPANY, 0, 1) == (
        "+ Policy: post: ask",
        "+ Yes from: post: two",
    )
    assert await diff_versions(context, "finance", 0, 1) == (
        "+ Policy: post: ask",
        "+ Yes from: post: two",
    )


async def test_rules_that_nobody_can_read_are_replaced_by_what_is_set_next(put, context):
    async with context.db.transaction() as tx:
        await tx.execute(
            "insert into profile_version (kind, key, version, body, changed_by)"
            """ values ('company', 'company', 1, '{"policies": {"post": "maybe"}}', 'UANA')"""
        )
    closed = await policy_of(context)
    await put(FIND, "allow", version=1)

    assert not closed.has(POST)
    assert (await policy_of(context)).has(POST)
