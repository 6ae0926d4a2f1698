"""What is set for tools, how it is kept, and what comes of the company's and an agent's own. Pure.

Whatever the company sets holds for all its agents. An agent's own setting makes that stricter, never
looser; where the company has set nothing, it stands by itself.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.gateway.approvals.model import ApprovalRule, rule_in
from core.gateway.tools.model import Rule, Tool, ToolPolicy

MOST_PERSONS = 50
_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")
_STRICTEST_FIRST: tuple[Rule, ...] = ("never", "ask", "allow")

NO_WAY_AROUND = "This tool waits for a yes each time; nothing spares it. Pick another one."
FIXED = "Who says yes to this is fixed by what it does."
NOBODY_PICKED = "Please pick the persons who may say yes."
TOO_MANY = f"Please pick at most {MOST_PERSONS} persons of this workspace."


@dataclass(frozen=True, slots=True)
class ToolSetting:
    """What is set for one tool; None is as it comes."""

    rule: Rule | None = None
    approval: ApprovalRule | None = None


@dataclass(frozen=True, slots=True)
class ToolRules:
    """What is set for tools, by their names. *is_readable* is False where something was kept that
    nobody can read any more: then no agent has any tool, for it may have forbidden them."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    approvals: Mapping[str, ApprovalRule] = field(default_factory=dict)
    is_readable: bool = True

    def of(self, tool: str) -> ToolSetting:
        return ToolSetting(self.rules.get(tool), self.approvals.get(tool))

    def with_(self, tool: str, setting: ToolSetting) -> "ToolRules":
        """The same, with *setting* for one tool."""
        rules = {name: rule for name, rule in self.rules.items() if name != tool}
        approvals = {name: rule for name, rule in self.approvals.items() if name != tool}
        if setting.rule is not None:
            rules[tool] = setting.rule
        if setting.approval is not None:
            approvals[tool] = setting.approval
        return ToolRules(rules, approvals)

    def to_body(self) -> dict[str, Any]:
        """The fields of a profile that keep it."""
        return {
            "policies": dict(self.rules),
            "approvals": {name: rule.to_detail() for name, rule in self.approvals.items()},
        }


NOTHING_SET = ToolRules()


def rules_in(body: object) -> ToolRules:
    """What a profile sets. Raises TypeError or ValueError for what cannot be read."""
    if not isinstance(body, Mapping):
        raise TypeError("not an object")
    rules, approvals = body.get("policies") or {}, body.get("approvals") or {}
    if not isinstance(rules, Mapping) or not isinstance(approvals, Mapping):
        raise TypeError("not an object")
    if not all(rule in _STRICTEST_FIRST for rule in rules.values()):
        raise ValueError("not one of those we know")
    if not all(isinstance(rule, Mapping) for rule in approvals.values()):
        raise TypeError("not an object")
    return ToolRules(
        {str(name): rule for name, rule in sorted(rules.items())},
        {str(name): rule_in(rule) for name, rule in sorted(approvals.items())},
    )


def company_rules(body: str) -> ToolRules:
    """What a company's profile, as JSON text, sets for all agents."""
    try:
        return rules_in(json.loads(body))
    except (TypeError, ValueError):
        return ToolRules(is_readable=False)


def both(company: ToolRules, own: ToolRules) -> ToolRules:
    """What holds for an agent whose *own* rules these are."""
    rules = {
        name: min(
            (rules.rules[name] for rules in (company, own) if name in rules.rules),
            key=_STRICTEST_FIRST.index,
        )
        for name in {**company.rules, **own.rules}
    }
    approvals = dict(company.approvals)
    for name, rule in own.approvals.items():
        approvals[name] = approvals[name].joined(rule) if name in approvals else rule
    return ToolRules(rules, approvals, company.is_readable and own.is_readable)


def policy_of(
    company: ToolRules, own: ToolRules, tools: frozenset[str] | None = None
) -> ToolPolicy:
    """The same as the dispatcher takes it. *tools*: those the agent has, None: all there are."""
    holds = both(company, own)
    if not holds.is_readable:
        return ToolPolicy(frozenset())
    return ToolPolicy(tools, holds.rules, holds.approvals)


def problems_of(setting: ToolSetting, tool: Tool | None = None) -> dict[str, str]:
    """What is wrong with a setting, by field; without *tool*, what can be said of any."""
    found: dict[str, str] = {}
    approval = setting.approval
    if tool is not None and tool.always_asks and setting.rule == "allow":
        found["rule"] = NO_WAY_AROUND
    if tool is not None and tool.approval_of is not None and approval is not None:
        found["approvers"] = FIXED
    if approval is not None and approval.approvers == "group":
        persons = approval.persons
        if not persons:
            found["persons"] = NOBODY_PICKED
        elif len(persons) > MOST_PERSONS or not all(_PERSON.fullmatch(one) for one in persons):
            found["persons"] = TOO_MANY
    return found


def lines_of(rules: ToolRules) -> tuple[str, ...]:
    """As versions are compared by: a line for each tool."""
    policies = [f"Policy: {name}: {rule}" for name, rule in rules.rules.items()]
    return (*policies, *(f"Yes from: {name}: {as_text(r)}" for name, r in rules.approvals.items()))


def as_text(rule: ApprovalRule) -> str:
    return f"group of {', '.join(rule.persons)}" if rule.approvers == "group" else rule.approvers
