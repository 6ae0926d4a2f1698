"""Home, modals and shortcuts as a script plays them: what a person does on the page."""

import re
from pathlib import Path

import pytest

from bot.cli.script.model import ScriptError
from core.agents.load_roster import load_roster_for
from tests.integration.worker.queueing import until_drained
from tests.scenario.agents.forms import opened, roster_of
from tests.scenario.agents.seen import ratings_of


def shown(lines, kind):
    return [line["text"] for line in lines if line["kind"] == kind]


async def test_an_agent_is_edited_from_home_with_an_error_on_the_way(staffed):
    lines = await staffed.play(
        """
        - {workspace: northwind, person: ana, open_home: true}
        - {press: Edit, value: finance}
        - {submit: {icon_emoji: money, Name: Fina}, refused: true}
        - submit: {icon_emoji: ":moneybag:", name: Fina, open_to: Admins and owners, persons: [cho]}
        """
    )
    await until_drained(staffed.product.services.database, staffed.tenants["northwind"])

    assert shown(lines, "home")[0].startswith("Your agents")
    assert shown(lines, "modal")[0].startswith("Edit agent")
    [errors] = shown(lines, "errors")
    assert errors.startswith("icon_emoji: Please give an emoji")
    finance = (await roster_of(staffed)).find("finance")
    assert (finance.name, finance.open_to, finance.version) == ("Fina", "admins", 1)
    assert finance.persons == (staffed.person_id("cho"),)
    home = staffed.sandbox.world.homes.find("TNORTHWIND", staffed.person_id("ana"))
    assert "*Fina · Finance*" in str(home.view)
    assert opened(staffed) is None


async def test_a_default_is_picked_at_home_and_home_shows_it(staffed):
    ben = staffed.person_id("ben")
    await staffed.play(
        """
        - {workspace: northwind, person: ben, open_home: true}
        - {pick: {agents.default: Finn · Finance}}
        """
    )

    _, chooser = await load_roster_for(staffed.tenants["northwind"], ben)
    home = staffed.sandbox.world.homes.find("TNORTHWIND", ben)
    [select] = [block["accessory"] for block in home.view["blocks"] if "accessory" in block]
    assert chooser.default_agent == "finance"
    assert select["initial_option"]["value"] == "finance"
    assert not [block for block in home.view["blocks"] if block["type"] == "actions"]


async def test_why_this_answer_is_asked_in_the_menu_of_the_answer_and_rated(staffed):
    lines = await staffed.play(
        """
        - {workspace: northwind, person: ben, in: dm, say: "who approves a new supplier?"}
        - {shortcut: "Why this answer?"}
        - {press: Bad answer}
        - {close: true}
        """
    )

    assert "Purchasing.md" in shown(lines, "modal")[0]
    assert shown(lines, "modal")[-1] == ""
    ratings = await ratings_of(staffed)
    assert [(one.good, one.bad) for one in ratings.tallies] == [(0, 1)]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("{shortcut: Translate}", "There are: Why this answer.*, Ask an agent about this"),
        ("{close: true}", "Nothing like that is open"),
        ("{press: Nothing of the kind, within: 0.2}", "found nothing like that within 0.2 s"),
        ("{submit: {name: x}}", "No modal is open"),
    ],
)
async def test_what_cannot_be_done_ends_the_script(staffed, step, words):
    with pytest.raises(ScriptError, match=words):
        await staffed.play(
            f"""
            - {{workspace: northwind, person: ana, in: dm, open_home: true}}
            - {step if "close" not in step else "{person: cho, close: true}"}
            """
        )


async def test_errors_that_nobody_wanted_end_the_script(staffed):
    with pytest.raises(ScriptError, match="name: Please complete this required field"):
        await staffed.play(
            """
            - {workspace: northwind, person: ana, open_home: true}
            - {press: New agent}
            - {submit: {role: buyer}}
            """
        )


async def test_the_script_of_the_docs_plays(staffed):
    docs = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text("utf-8")
    [script] = [
        part for part in re.findall(r"```yaml\n(.*?)```", docs, re.S) if "open_home" in part
    ]
    lines = await staffed.play(script)

    assert shown(lines, "modal")[-2].startswith("Why this answer?")
    ratings = await ratings_of(staffed)
    assert [(one.good, one.bad) for one in ratings.tallies] == [(1, 0)]
