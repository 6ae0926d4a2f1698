"""Agents of a tenant's own: made, changed, switched, taken back; by two admins at once, once."""

import asyncio

import pytest

from core.agents.changes.define_agent import define_agent
from core.agents.changes.instruct_company import instruct_company, restore_instructions
from core.agents.changes.pick_default import pick_default
from core.agents.changes.read_versions import diff_versions, list_versions
from core.agents.changes.restore_version import restore_version
from core.agents.changes.switch_agent import switch_agent
from core.agents.checking import Unfit
from core.agents.load_roster import load_roster, load_roster_for
from core.agents.ready_roster import KEYS, ready_roster
from core.audit.model import LogFilter
from core.audit.read_log import read_log
from core.kernel.errors import Conflict, Invalid, NotFound, Refused
from core.tenancy import store as tenancy
from core.tenancy.model import Person

ZOE = {
    "name": "Zoe",
    "role": "procurement",
    "icon_emoji": ":package:",
    "description": "Suppliers, tenders and what we buy.",
    "instructions": "You know our suppliers and answer shortly.",
    "topics": ["supplier", "tender"],
}


@pytest.fixture
def define(context):
    def begin(body, key=None, version=0, actor="UANA", reference="r1"):
        return define_agent(
            context, body, key=key, version=version, actor=actor, reference=reference
        )

    return begin


async def audited(context):
    events = await read_log(context, "UANA", LogFilter(action="agents"), reference="t", limit=50)
    return [event for event in events if event.action.startswith("agents:")]


async def test_at_first_a_tenant_has_the_ready_agents(context):
    roster = await load_roster(context)

    assert tuple(agent.key for agent in roster) == KEYS
    assert roster.everyone == ready_roster().everyone
    assert roster.company == ""


async def test_a_new_agent_is_on_the_roster_for_its_tenant_alone(define, context, new_context):
    agent = await define(ZOE)
    other = await new_context()

    found = (await load_roster(context)).find("zoe")
    assert found == agent
    assert (agent.version, agent.icon, agent.topics) == (1, ":package:", ("supplier", "tender"))
    assert (await load_roster(other)).find("zoe") is None


async def test_an_edit_keeps_what_it_does_not_name(define):
    finn = await define({"name": "Fina"}, key="finance")
    fina = await define({"icon_emoji": ":coin:"}, key="finance", version=1, reference="r2")

    ready = ready_roster().find("finance")
    assert (finn.name, finn.version, finn.instructions) == ("Fina", 1, ready.instructions)
    assert finn.icon == ready.icon
    assert (fina.name, fina.version, fina.icon) == ("Fina", 2, ":coin:")


async def test_a_profile_that_will_not_do_is_refused_with_words_for_each_field(define, context):
    with pytest.raises(Unfit) as caught:
        await define({**ZOE, "name": "Admin", "icon_emoji": "x"})

    assert set(caught.value.problems) == {"name", "icon_emoji"}
    with pytest.raises(Unfit, match="Finn answers to already"):
        await define({**ZOE, "also": ["cfo"]})
    assert await audited(context) == []


async def test_an_agent_does_not_take_the_name_of_a_person_of_the_workspace(define, context):
    async with context.db.transaction() as tx:
        await tenancy.put_person(tx, Person("UZOE", "member", "Zoé"))

    with pytest.raises(Unfit, match="taken for a person"):
        await define(ZOE)


async def test_two_admins_edit_one_agent_at_once_and_one_hears_of_the_other(define, context):
    edits = [
        define({"description": f"What {who} thinks of it."}, "finance", 0, who, f"r{who}")
        for who in ("UANA", "UIDA")
    ]
    outcomes = await asyncio.gather(*edits, return_exceptions=True)

    kept = [each for each in outcomes if not isinstance(each, Exception)]
    [conflict] = [each for each in outcomes if isinstance(each, Exception)]
    assert isinstance(conflict, Conflict)
    assert "there is a version 1 now" in str(conflict)
    assert (await load_roster(context)).find("finance") == kept[0]
    assert len(await list_versions(context, "finance")) == 2


async def test_two_admins_give_one_name_at_once_and_one_of_them_gets_it(define, context):
    bodies = [ZOE, {**ZOE, "role": "purchasing"}]
    outcomes = await asyncio.gather(
        *(define(body, reference=f"r{n}") for n, body in enumerate(bodies)),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["Agent", "Unfit"]
    assert [a.name for a in (await load_roster(context)).everyone].count("Zoe") == 1


async def test_the_last_two_agents_are_not_both_switched_off_at_once(context):
    for key in KEYS[2:]:
        await switch_agent(context, key, on=False, actor="UANA", reference=key)

    outcomes = await asyncio.gather(
        *(switch_agent(context, key, on=False, actor="UANA", reference=key) for key in KEYS[:2]),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["Agent", "Invalid"]
    assert len(list(await load_roster(context))) == 1


async def test_a_second_try_of_the_same_event_changes_nothing(define, context):
    first = await define(ZOE)
    again = await define(ZOE)
    edited = await define({"name": "Zola"}, first.key, 1, reference="r2")
    edited_again = await define({"name": "Zola"}, first.key, 1, reference="r2")

    assert again == first
    assert edited_again == edited
    assert len(await list_versions(context, first.key)) == 2


async def test_off_and_on_are_versions_and_nothing_when_it_is_so_already(context):
    for on, version in ((False, 1), (False, 1), (True, 2)):
        agent = await switch_agent(
            context, "finance", on=on, actor="UANA", reference=f"{on}{version}"
        )
        assert (agent.is_on, agent.version) == (on, version)


async def test_a_version_comes_back_as_a_new_one_and_stays_off_if_it_is(define, context):
    await define({"name": "Fina", "also": []}, key="finance")
    await switch_agent(context, "finance", on=False, actor="UANA", reference="off")

    finn = await restore_version(context, "finance", 0, actor="UANA", reference="back")
    versions = await list_versions(context, "finance")

    assert (finn.name, finn.version, finn.is_on) == ("Finn", 3, False)
    assert finn.icon == ready_roster().find("finance").icon
    assert [version.number for version in versions] == [3, 2, 1, 0]
    assert [version.changed_by for version in versions] == ["UANA"] * 3 + [""]
    assert await diff_versions(context, "finance", 2, 3) == (
        "- Name: Fina",
        "+ Name: Finn",
        "+ Also answers to: cfo",
        "+ Also answers to: accounting",
    )


async def test_a_version_whose_name_is_taken_meanwhile_does_not_come_back(define, context):
    await define({"name": "Fina"}, key="finance")
    await define({**ZOE, "name": "Finn"}, reference="r2")

    with pytest.raises(Unfit, match="what Finn answers to already"):
        await restore_version(context, "finance", 0, actor="UANA", reference="back")
    with pytest.raises(NotFound, match="no version 7"):
        await restore_version(context, "finance", 7, actor="UANA", reference="back")


async def test_company_instructions_are_on_the_roster_and_other_settings_stay(context):
    async with context.db.transaction() as tx:
        await tx.execute(
            "insert into profile_version (kind, key, version, body, changed_by)"
            """ values ('company', 'company', 1, '{"budgets": {"day": 5}}', 'UIDA')"""
        )
    said = {"actor": "UANA"}
    assert (
        await instruct_company(context, " Be\u200b brief. ", version=1, reference="a", **said) == 2
    )
    assert await instruct_company(context, "Be kind.", version=2, reference="b", **said) == 3
    with pytest.raises(Conflict):
        await instruct_company(context, "Be quick.", version=2, reference="c", **said)
    assert await restore_instructions(context, 2, reference="d", **said) == 4

    roster = await load_roster(context)
    async with context.db.transaction() as tx:
        kept = await tx.fetchval(
            "select body -> 'budgets' ->> 'day' from profile_version order by version desc limit 1"
        )
    assert (roster.company, roster.company_version, kept) == ("Be brief.", 4, "5")
    assert await diff_versions(context, "company", 3, 4) == ("- Be kind.", "+ Be brief.")
    with pytest.raises(Unfit, match="3,000"):
        await instruct_company(context, "x" * 3_001, version=4, reference="e", **said)


async def test_a_budget_that_came_between_is_no_conflict(context):
    said = {"actor": "UANA"}
    await instruct_company(context, "Be brief.", version=0, reference="a", **said)
    async with context.db.transaction() as tx:
        await tx.execute(
            "insert into profile_version (kind, key, version, body, changed_by)"
            " select kind, key, 2, body || '{\"budgets\": {}}', 'UIDA' from profile_version"
        )

    assert await instruct_company(context, "Be kind.", version=1, reference="b", **said) == 3


async def test_who_changed_what_is_in_the_log_and_no_word_of_it(define, context):
    zoe = await define(ZOE)
    await switch_agent(context, zoe.key, on=False, actor="UIDA", reference="r2")
    await restore_version(context, zoe.key, 1, actor="UIDA", reference="r3")
    await instruct_company(context, "Be brief.", version=0, actor="UIDA", reference="r4")

    found = list(reversed(await audited(context)))
    assert [(event.action, event.actor, event.outcome) for event in found] == [
        ("agents:agent:define", "UANA", "done"),
        ("agents:agent:switch", "UIDA", "done"),
        ("agents:agent:restore", "UIDA", "done"),
        ("agents:company:instruct", "UIDA", "done"),
    ]
    assert "suppliers" not in str(found)
    assert "Zoe" not in str(found)
    assert zoe.key in str(found[0])
    assert len(found[0].arguments) == 64


@pytest.mark.parametrize("body", ["{}", "[]", '"x"', '{"name": 1}', '{"is_on": "perhaps"}'])
async def test_a_profile_that_cannot_be_read_is_left_out_and_the_others_answer(context, body):
    async with context.db.transaction() as tx:
        for key in ("finance", "agent_gone"):
            await tx.execute(
                "insert into profile_version (kind, key, version, body, changed_by)"
                " values ('agent', $1, 1, $2::jsonb, 'U1')",
                key,
                body,
            )

    roster = await load_roster(context)
    assert [agent.key for agent in roster] == list(KEYS)
    assert roster.find("finance") == ready_roster().find("finance")


async def test_a_person_picks_who_answers_when_nothing_else_decides(context, define):
    async with context.db.transaction() as tx:
        await tenancy.put_person(tx, Person("UBEN", "member", "Ben"))
    await define({"open_to": "admins"}, key="legal")

    await pick_default(context, "UBEN", "finance")
    _, ben = await load_roster_for(context, "UBEN")
    with pytest.raises(Refused):
        await pick_default(context, "UBEN", "legal")
    with pytest.raises(NotFound):
        await pick_default(context, "UBEN", "nobody")

    assert (ben.default_agent, ben.administers) == ("finance", False)
    await pick_default(context, "UBEN", "")
    assert (await load_roster_for(context, "UBEN"))[1].default_agent == ""


async def test_nothing_can_be_done_to_an_agent_that_is_not_there(context, define):
    for act in (
        switch_agent(context, "nobody", on=False, actor="UANA", reference="a"),
        restore_version(context, "nobody", 1, actor="UANA", reference="a"),
        define(ZOE, key="nobody"),
    ):
        with pytest.raises(NotFound):
            await act
    with pytest.raises(Invalid):
        await define({**ZOE, "is_on": False, "name": ""})
