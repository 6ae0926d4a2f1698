"""What an admin picks in the form of a policy, what agents are asked, and who clicks on cards."""

import json

from core.agents.load_roster import load_roster
from handlers.blocks.approvals import APPROVE
from handlers.blocks.policies.form import POLICY_FORM

SAVE = 'ORDER save_to_knowledge {"title": "Plan", "text": "Buy hooks."}'
ASK = f"""
- workspace: northwind
  person: ana
  in: random
  say: '@aegis please {SAVE}'
"""


def picked(value):
    return {"value": {"selected_option": {"value": value}}}


def values(stage, rule="-", approvers="-", persons=()):
    people = [stage.person_id(one) for one in persons]
    return {
        "rule": picked(rule),
        "approvers": picked(approvers),
        "persons": {"value": {"selected_users": people}},
    }


async def command(act, text="", who="ana"):
    return await act("command", who, **{"in": "dm"}, text=f"/aegis policy {text}".strip())


async def put(act, stage, *, tool="save_to_knowledge", whose="", who="ana", **choices):
    """Open the form and send it."""
    await command(act, f"set {tool} {whose}")
    sent = values(stage, **choices)
    return await act("view", who, callback_id=POLICY_FORM, values=sent)


async def roster_of(stage):
    return await load_roster(stage.tenants["northwind"])


async def audited(stage, action):
    """(person, outcome) of the rows of an action, oldest first."""
    async with stage.tenants["northwind"].db.transaction() as tx:
        found = await tx.fetch(
            "select actor, outcome from audit_event where action = $1 order by seq", action
        )
    return [(row["actor"], row["outcome"]) for row in found]


async def approve(stage, act, who):
    """Somebody presses Approve on the card in the channel."""
    async with stage.tenants["northwind"].db.transaction() as tx:
        card = await tx.fetchrow(
            "select s.step_id, s.digest, o.message_ts from turn_step s"
            " join outbox_message o on o.key = 'approval:' || s.step_id where s.kind = 'tool'"
        )
    value = f"{card['step_id']}:{card['digest']}"
    where = {"in": "#random", "ts": card["message_ts"]}
    await act("click", who, **where, action_id=APPROVE, value=value)


def in_random(stage):
    """All that stands in the channel, or stood there for one person."""
    workspace = stage.sandbox.world.find_workspace("northwind")
    channel = next(c for c in workspace.channels.values() if c.label == "#random")
    messages = [message.to_wire() for message in channel.messages.values()]
    return json.dumps(messages, ensure_ascii=False)
