"""What is set for a tool and what comes of it, in words for an admin."""

from core.agents.policies.model import ToolRules
from core.gateway.approvals.model import ApprovalRule
from core.gateway.tools.model import Rule, Tool, ToolPolicy
from handlers.blocks.approvals import who_may

RULES: dict[Rule, str] = {
    "never": "Never used",
    "ask": "Asks each time",
    "allow": "Used without asking",
}
APPROVERS = {
    "requester": "Whoever asked",
    "admin": "An owner or admin",
    "two": "Two different people",
    "group": "One of the persons below",
}
FIXED = "Who says yes is fixed: what is about a person they confirm, what is about the company an admin."
_ALL_THE_SAME = "It asks all the same once texts of others and private data were read."
_UNNAMED = "It asks all the same where nobody has named who gets it."


def rule_of(tool: Tool, rules: ToolRules) -> Rule:
    """What happens, if nothing else makes it stricter."""
    rule = ToolPolicy(rules=rules.rules).rule(tool)
    return "ask" if rule == "allow" and tool.always_asks else rule


def approval_of(tool: Tool, rules: ToolRules) -> ApprovalRule:
    return rules.approvals.get(tool.name, tool.approval)


def what_happens(tool: Tool, rules: ToolRules) -> str:
    """In a sentence or two: never, or who is asked, or when it asks although it need not."""
    rule = rule_of(tool, rules)
    words = [f"{RULES[rule]}."]
    if rule == "ask":
        fixed = tool.approval_of is not None
        words.append(FIXED if fixed else who_may(approval_of(tool, rules)))
    if rule == "allow" and tool.reaches_outside:
        words.append(_ALL_THE_SAME)
    if rule == "allow" and tool.writes and (tool.recipients or tool.channels):
        words.append(_UNNAMED)
    return " ".join(words)


def setting_words(tool: Tool, rules: ToolRules) -> str:
    """What is set there for the tool; empty when nothing is."""
    setting = rules.of(tool.name)
    words = [RULES[setting.rule].lower()] if setting.rule else []
    if setting.approval is not None:
        words.append(who_may(setting.approval).removesuffix("."))
    return "; ".join(words)
