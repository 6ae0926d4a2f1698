"""An admin reads in Slack what agents may do, and sets it in a form."""

import json

import pytest

from handlers.blocks.policies.form import POLICY_FORM, policy_form
from tests.scenario.agents.forms import opened
from tests.scenario.captured import open_bench
from tests.scenario.policies.picking import audited, command, put, roster_of, values
from tests.scenario.servers.test_servers import direct
from tests.stage import spoken

SET = "agents:policy:set"


def block(form, name):
    return next(one for one in form["blocks"] if one.get("block_id") == name)


def offered(form, name):
    return [one["value"] for one in block(form, name)["element"]["options"]]


async def test_what_is_set_is_listed_and_said_and_in_the_log(company):
    async with company() as (stage, act, _):
        await put(act, stage, rule="ask", approvers="two")
        await put(act, stage, whose="finance", rule="never")
        lines = await stage.play(
            """
            - {workspace: northwind, person: ana, in: dm, command: "/aegis policy"}
            - {command: "/aegis policy finance"}
            - {command: "/aegis policy help"}
            - {command: "/aegis policy finanse"}
            - {command: "/aegis policy set save_to_knowlege"}
            """
        )
        told, ana = direct(stage), stage.person_id("ana")
        assert await audited(stage, SET) == [(ana, "done")] * 2

    assert "Saved for all agents; it counts from the next call on." in told
    assert "Saved for Finn · Finance" in told
    every, finance, usage, near_by, near_tool = [line["text"] for line in lines]
    assert "*save_to_knowledge* · writes\nAsks each time. Two people have to say yes" in every
    assert "Besides, for Finn: never used" in every
    assert "Set for this agent: never used\nSet for all agents: asks each time; Two" in finance
    assert "/aegis policy set post_to_channel finance" in usage
    assert "I know neither a tool nor an agent `finanse`. Did you mean `Finn`?" in near_by
    assert "Did you mean `save_to_knowledge`?" in near_tool


async def test_the_button_opens_the_form_as_things_are(company):
    async with company() as (stage, act, _):
        await put(act, stage, rule="ask", approvers="group", persons=["ben"])
        await stage.play(
            '[{workspace: northwind, person: ana, in: "#general", command: "/aegis policy"}]'
        )
        workspace = stage.sandbox.world.find_workspace("northwind")
        channel = next(c for c in workspace.channels.values() if c.label == "#general")
        ts = list(channel.messages.values())[-1].ts
        where, pressed = {"in": "#general"}, {"action_id": "policies.change", "ts": ts}
        await act("click", **where, **pressed, value="save_to_knowledge:")
        form = opened(stage)
        ben = stage.person_id("ben")

    assert json.loads(form["private_metadata"]) == {
        "tool": "save_to_knowledge",
        "agent": "",
        "version": 1,
    }
    assert block(form, "rule")["element"]["initial_option"]["value"] == "ask"
    assert block(form, "approvers")["element"]["initial_option"]["value"] == "group"
    assert block(form, "persons")["element"]["initial_users"] == [ben]


async def test_what_always_asks_is_not_offered_a_way_around_and_none_is_taken(company):
    async with company() as (stage, act, _):
        await command(act, "set remember")
        form = opened(stage)
        assert offered(form, "rule") == ["-", "never", "ask"]
        assert not [one for one in form["blocks"] if one.get("block_id") == "approvers"]
        await act("view", callback_id=POLICY_FORM, values=values(stage, "allow"))
        again = json.dumps(opened(stage))
        assert await audited(stage, SET) == []

    assert "waits for a yes each time" in again


async def test_a_group_without_persons_is_refused_in_the_open_form(company):
    async with company() as (stage, act, _):
        told = await put(act, stage, rule="ask", approvers="group")

        assert told["answer"]["errors"] == {"persons": "Please pick the persons who may say yes."}
        assert opened(stage)["callback_id"] == POLICY_FORM
        assert await audited(stage, SET) == []


async def test_who_set_it_meanwhile_is_no_loss_of_what_was_picked(company):
    async with company() as (stage, act, _):
        await command(act, "set save_to_knowledge")
        stale = opened(stage)
        await act("view", callback_id=POLICY_FORM, values=values(stage, "never"))
        stage.sandbox.world.modals.open("TNORTHWIND", stage.person_id("ana"), stale)
        picks = values(stage, "ask", "group", ["cho"])
        await act("view", callback_id=POLICY_FORM, values=picks)
        form = opened(stage)
        assert "changed by somebody else" in json.dumps(form)
        assert block(form, "rule")["element"]["initial_option"]["value"] == "ask"
        assert block(form, "persons")["element"]["initial_users"] == [stage.person_id("cho")]
        await act("view", callback_id=POLICY_FORM, values=picks)  # once more, having read that
        kept = (await roster_of(stage)).tool_rules.of("save_to_knowledge")

    assert (kept.rule, kept.approval.approvers) == ("ask", "group")


async def test_the_same_form_sent_twice_is_one_change(company):
    async with company() as (stage, act, _):
        await command(act, "set save_to_knowledge")
        form, ana = opened(stage), stage.person_id("ana")
        for _ in range(2):
            await act("view", callback_id=POLICY_FORM, values=values(stage, "never"))
            stage.sandbox.world.modals.open("TNORTHWIND", ana, form)

        assert (await roster_of(stage)).company_version == 1
        assert len(await audited(stage, SET)) == 1


async def test_a_form_replayed_is_one_change_and_said_once(stage_with):
    async with stage_with(works=False) as stage, open_bench(stage) as bench:
        tool = stage.product.services.staff.dispatcher.tools["save_to_knowledge"]
        roster = await roster_of(stage)
        form = policy_form(tool, roster, None, roster.tool_rules.of(tool.name))
        stage.sandbox.world.modals.open("TNORTHWIND", stage.person_id("ana"), form)
        picks = values(stage, "never")
        _, sent = await bench.act("view", "ana", "", callback_id=POLICY_FORM, values=picks)
        await bench.deliver_shuffled(sent, 11)

        assert (await roster_of(stage)).company_version == 1
        found = bench.said(bench.direct("ana"), "")
        assert [text.count("Saved for all agents") for text in found] == [1]


@pytest.mark.parametrize(
    ("who", "words"),
    [("ben", "is for admins and owners"), ("gil", "you are a guest"), ("olga", "another organi")],
)
async def test_who_is_no_admin_is_refused_in_words_however_they_try(company, who, words):
    async with company() as (stage, act, _):
        place = "general" if who == "ben" else "with-copper-kettle" if who == "olga" else "random"
        lines = await stage.play(
            f"""
            - workspace: northwind
              person: {who}
              in: {place}
              command: "/aegis policy set save_to_knowledge"
            """
        )
        assert opened(stage, who) is None
        await act("view", who, callback_id=POLICY_FORM, values=values(stage, "allow"))
        roster = await roster_of(stage)
        tried = await audited(stage, SET)

    assert words in spoken(lines)
    assert roster.company_version == 0
    assert {outcome for _, outcome in tried} == {"refused"}
