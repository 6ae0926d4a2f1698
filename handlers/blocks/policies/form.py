"""The form that says what happens when agents want a tool, and who may say yes.

The blocks bear the names of a setting's fields, so that words about a field stand beside it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from core.agents.model import Agent, Roster
from core.agents.policies.model import NOTHING_SET, ToolRules, ToolSetting
from core.gateway.approvals.model import ApprovalRule, Approvers
from core.gateway.tools.model import Rule, Tool
from handlers.blocks.agents.buttons import Json, option, plain
from handlers.blocks.mrkdwn import escape
from handlers.blocks.policies.words import APPROVERS, FIXED, RULES, rule_of
from handlers.blocks.rendered import section

POLICY_FORM = "policies.form"
CHANGE = "policies.change"
ACTION = "value"
UNSET = "-"
_STRICTER = "Holds for all agents. What is set for one of them can only make it stricter."
_BESIDES = "Holds besides what is set for all agents: the stricter of both counts."
_GROUP = "Only if “one of the persons below” is picked."


def policy_form(
    tool: Tool,
    roster: Roster,
    agent: Agent | None,
    setting: ToolSetting,
    *,
    persons: Sequence[str] = (),
    banner: str = "",
) -> Json:
    """Of one tool, for one agent or for all of them, filled with *setting*; *persons*: who was picked
    without being asked for. *banner* says why it is shown again."""
    whose = f"for *{escape(agent.display_name)}*" if agent else "for *all agents*"
    effect = "changes something" if tool.writes else "only reads"
    company = roster.tool_rules if agent else NOTHING_SET
    head = f"`{tool.name}`, {whose}. It {effect}."
    blocks = [section(banner)] if banner else []
    blocks += [section(head), _rule(tool, company, agent, setting)]
    if tool.approval_of is None:
        blocks += _approval(tool, setting.approval, persons, agent)
    else:
        blocks.append(section(FIXED))
    about = {
        "tool": tool.name,
        "agent": agent.key if agent else "",
        "version": agent.version if agent else roster.company_version,
    }
    return {
        "type": "modal",
        "callback_id": POLICY_FORM,
        "title": plain("Policy of a tool", 24),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "private_metadata": json.dumps(about),
        "blocks": blocks,
    }


def read_policy_form(view: Mapping[str, Any]) -> ToolSetting:
    """What was picked. Slack has signed it, and yet nothing in it need be what the form offered."""
    rule, approvers = _picked(view, "rule"), _picked(view, "approvers")
    approval = None
    if approvers in get_args(Approvers):
        persons = read_persons(view) if approvers == "group" else ()
        approval = ApprovalRule(cast(Approvers, approvers), persons)
    return ToolSetting(cast(Rule, rule) if rule in get_args(Rule) else None, approval)


def read_persons(view: Mapping[str, Any]) -> tuple[str, ...]:
    found = _field(view, "persons").get("selected_users")
    picked = found if isinstance(found, list) else []
    return tuple(dict.fromkeys(one for one in picked if isinstance(one, str)))


def _rule(tool: Tool, company: ToolRules, agent: Agent | None, setting: ToolSetting) -> Json:
    unset = RULES[rule_of(tool, company)].lower()
    choices = {UNSET: f"{'As for all agents' if agent else 'As it comes'}: {unset}"}
    choices |= {
        rule: words for rule, words in RULES.items() if rule != "allow" or not tool.always_asks
    }
    hint = _BESIDES if agent else _STRICTER
    return _select("rule", "When an agent wants it", choices, setting.rule or UNSET, hint)


def _approval(
    tool: Tool, approval: ApprovalRule | None, persons: Sequence[str], agent: Agent | None
) -> list[Json]:
    default = APPROVERS[tool.approval.approvers].lower()
    unset = "As for all agents" if agent else f"As it comes: {default}"
    picked = approval.approvers if approval else UNSET
    people: Json = {"type": "multi_users_select", "action_id": ACTION}
    if chosen := list(approval.persons if approval and approval.persons else persons):
        people["initial_users"] = chosen
    return [
        _select("approvers", "Who may say yes", {UNSET: unset, **APPROVERS}, picked, ""),
        _input("persons", "Persons", people, _GROUP) | {"optional": True},
    ]


def _select(field: str, label: str, choices: Mapping[str, str], chosen: str, hint: str) -> Json:
    options = {value: option(words, value) for value, words in choices.items()}
    element = {
        "type": "static_select",
        "action_id": ACTION,
        "options": list(options.values()),
        "initial_option": options.get(chosen, options[UNSET]),
    }
    return _input(field, label, element, hint)


def _input(field: str, label: str, element: Json, hint: str) -> Json:
    block: Json = {"type": "input", "block_id": field, "label": plain(label), "element": element}
    return block | ({"hint": plain(hint, 150)} if hint else {})


def _picked(view: Mapping[str, Any], field: str) -> str:
    value = _object(_field(view, field).get("selected_option")).get("value")
    return value if isinstance(value, str) else ""


def _field(view: Mapping[str, Any], field: str) -> Json:
    values = _object(_object(view.get("state")).get("values"))
    return _object(_object(values.get(field)).get(ACTION))


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
