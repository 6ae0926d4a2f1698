"""`/aegis agents …` and its buttons: who sees what, and what admins do."""

from core.agents.changes.define_agent import define_agent
from handlers.blocks.agents.buttons import INSTRUCT_FORM
from tests.scenario.agents.forms import ZOE, filled, opened, roster_of, send
from tests.stage import spoken


async def test_a_member_sees_the_staff_and_changes_nothing(staffed, person):
    lines = await staffed.play(
        """
        - {workspace: northwind, person: ben, in: dm, command: "/aegis agents"}
        - {command: "/aegis agents off finance"}
        - {command: "/aegis agents new"}
        """
    )
    async with staffed.tenants["northwind"].db.transaction() as tx:
        refused = await tx.fetch(
            "select action from audit_event where outcome = 'refused' order by seq"
        )

    assert "Finn · Finance" in lines[0]["text"]
    assert spoken(lines).count("is for admins and owners") == 2
    assert [row["action"] for row in refused] == ["agents:agent:switch", "agents:agent:define"]
    assert (await roster_of(staffed)).find("finance").is_on
    assert opened(staffed, "ben") is None
    await send(person, who="ben", **ZOE)
    assert (await roster_of(staffed)).find("procurement") is None


async def test_company_instructions_are_said_in_a_form_and_reach_every_prompt(staffed, person):
    await person("command", **{"in": "dm"}, text="/aegis agents company")
    await send(person, INSTRUCT_FORM, instructions="Always name the owner.")

    assert (await roster_of(staffed)).company == "Always name the owner."
    await person("command", **{"in": "dm"}, text="/aegis agents company")
    assert filled(opened(staffed)) == {"instructions": "Always name the owner."}


async def test_versions_are_read_compared_and_taken_back(staffed):
    tenant = staffed.tenants["northwind"]
    for number, name in enumerate(("Fina", "Fiona")):
        await define_agent(
            tenant, {"name": name}, key="finance", version=number, actor="UANA", reference=name
        )
    lines = await staffed.play(
        """
        - {workspace: northwind, person: ana, in: dm, command: "/aegis agents versions finance"}
        - {command: "/aegis agents diff finance 0 2"}
        - {command: "/aegis agents restore finance 0"}
        - {command: "/aegis agents verions finance"}
        - {command: "/aegis agents show finnance"}
        - {command: "/aegis agents off"}
        - {command: "/aegis agents restore finance"}
        """
    )
    said = [line["text"] for line in lines if line["kind"] == "ephemeral"]

    assert "Version 2" in said[0]
    assert "Name: Fiona" in said[0]
    assert "as it came with AEGIS" in said[0]
    assert "- Name: Finn" in said[1]
    assert "+ Name: Fiona" in said[1]
    assert "is as it was in version 0. That is version 3 now." in said[2]
    assert "Did you mean /aegis agents versions?" in said[3].replace("`", "")
    assert "Did you mean Finn?" in said[4]
    assert "/aegis agents off finance" in said[5]
    assert "Please name one version" in said[6]


async def test_the_buttons_of_the_list_open_forms_and_switch(staffed, person):
    await staffed.play(
        """
        - {workspace: northwind, person: ana, in: "#general", command: "/aegis agents"}
        """
    )
    message = _last_seen(staffed, "#general")
    await person(
        "click", **{"in": "#general"}, ts=message, action_id="agents.edit", value="finance"
    )
    assert opened(staffed)["title"]["text"] == "Edit agent"
    await staffed.play(
        """
        - {workspace: northwind, person: ana, in: "#general", command: "/aegis agents show finance"}
        - {click: Switch off}
        """
    )

    assert not (await roster_of(staffed)).find("finance").is_on


def _last_seen(stage, label):
    workspace = stage.sandbox.world.find_workspace("northwind")
    channel = next(c for c in workspace.channels.values() if c.label == label)
    return list(channel.messages.values())[-1].ts


async def test_the_companys_order_of_models_is_set_and_read(staffed):
    lines = await staffed.play(
        """
        - {workspace: northwind, person: ben, in: dm, command: "/aegis agents models offline"}
        - {person: ana, command: "/aegis agents models hal-9000"}
        - {command: "/aegis agents models offline"}
        - {command: "/aegis agents models offline"}
        - {command: "/aegis agents models default"}
        """
    )
    async with staffed.tenants["northwind"].db.transaction() as tx:
        rows = await tx.fetch(
            "select outcome from audit_event where action = 'gateway:models:order' order by seq"
        )
    said = [line["text"] for line in lines if line["kind"] == "ephemeral"]

    assert "is for admins and owners" in said[0]
    assert said[1].startswith("There are these models here: offline")
    assert "(the company's order)" in said[2]
    assert said[3] == said[2]
    assert "(the operator's order)" in said[4]
    assert [row["outcome"] for row in rows] == ["refused", "done", "done"]
