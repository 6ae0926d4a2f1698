"""What is typed into the forms of agents, and what stands in them."""

from core.agents.load_roster import load_roster
from handlers.blocks.agents.buttons import DEFINE_FORM

HANDBOOK = """# Purchasing guide

## Suppliers

A new supplier is approved by the head of purchasing, within five days.
"""
ASKED = "Who approves a new supplier?"
ZOE = {
    "name": "Zoe",
    "icon_emoji": ":package:",
    "role": "procurement",
    "description": "Suppliers, tenders and what we buy.",
    "instructions": "You know our suppliers and answer shortly.",
    "also": "buying, purchasing",
    "topics": "supplier\ntender",
    "examples": "Who approves a new supplier?",
}


def typed(**fields):
    """A form's values as Slack sends them."""
    return {block: {"value": {"value": value}} for block, value in fields.items()}


def opened(stage, name="ana"):
    """The window on top of what somebody has open."""
    stack = stage.sandbox.world.modals.stack("TNORTHWIND", stage.person_id(name))
    return stack[-1].view if stack else None


def filled(view):
    return {
        block["block_id"]: block["element"]["initial_value"]
        for block in view["blocks"]
        if block["type"] == "input" and "initial_value" in block["element"]
    }


async def roster_of(stage):
    return await load_roster(stage.tenants["northwind"])


async def send(person, callback_id=DEFINE_FORM, who="ana", **fields):
    return await person("view", who, callback_id=callback_id, values=typed(**fields))


def filled_in(question=ASKED, agent="-", where="me"):
    """What is sent of the form that asks about a message."""
    return {
        "question": {"value": {"value": question}},
        "agent": {"value": {"selected_option": {"value": agent}}},
        "where": {"value": {"selected_option": {"value": where}}},
    }
