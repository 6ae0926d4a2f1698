"""A profile as it is kept (a JSON object), as an agent, and as lines that two can be compared by."""

from collections.abc import Mapping
from difflib import unified_diff
from typing import Any

from core.agents.model import Agent
from core.agents.policies.model import as_text, rules_in
from core.gateway.approvals.model import rule_in

Body = Mapping[str, Any]

_TEXTS = ("name", "role", "icon_emoji", "description", "instructions")
_LISTS = ("also", "topics", "examples")
# What a new agent has before anybody has said anything of it.
NEW: Body = {
    **dict.fromkeys(_TEXTS, ""),
    **{name: [] for name in (*_LISTS, "persons")},
    "tools": None,
    "policies": {},
    "approvals": {},
    "reach": "all",
    "preference": None,
    "open_to": "everyone",
    "is_on": True,
}
_LABELS = (
    ("name", "Name"),
    ("role", "Role"),
    ("icon_emoji", "Icon"),
    ("description", "Description"),
    ("instructions", "Instructions"),
    ("also", "Also answers to"),
    ("topics", "Topic"),
    ("examples", "Example"),
    ("tools", "Tool"),
    ("policies", "Policy"),
    ("approvals", "Yes from"),
    ("reach", "Looks into"),
    ("preference", "Model"),
    ("open_to", "May be asked by"),
    ("persons", "Person"),
    ("is_on", "Switched on"),
)
_UNSAID = {"tools": "whatever the company allows", "preference": "as it comes"}


def to_body(agent: Agent) -> dict[str, Any]:
    """What is kept of an agent. The key and the version are columns of their own."""
    return {
        **{name: getattr(agent, name) for name in _TEXTS},
        **{name: list(getattr(agent, name)) for name in _LISTS},
        **({} if agent.icon == agent.icon_emoji else {"icon": agent.icon}),
        "tools": None if agent.tools is None else list(agent.tools),
        **agent.tool_rules.to_body(),
        "reach": agent.reach,
        "preference": agent.preference,
        "open_to": agent.open_to,
        "persons": list(agent.persons),
        "is_on": agent.is_on,
    }


def from_body(key: str, version: int, body: Body) -> Agent:
    """The agent that a kept body is of. Raises KeyError, TypeError or ValueError when it is none:
    an archive may have been made by another version of the product."""
    own = rules_in(body)
    return Agent(
        key=key,
        version=version,
        name=_text(body["name"]),
        role=_text(body["role"]),
        icon_emoji=_text(body["icon_emoji"]),
        description=_text(body["description"]),
        instructions=_text(body["instructions"]),
        also=_texts(body["also"]),
        topics=_texts(body["topics"]),
        examples=_texts(body["examples"]),
        icon=_text(body.get("icon") or body["icon_emoji"]),
        tools=None if body.get("tools") is None else _texts(body["tools"]),
        policies=tuple(own.rules.items()),
        approvals=tuple(own.approvals.items()),
        reach=_one_of(body.get("reach", "all"), "all", "workspace", "none"),
        preference=_one_of(body.get("preference"), None, "fast", "strong", "cheap"),
        open_to=_one_of(body.get("open_to", "everyone"), "everyone", "admins", "listed"),
        persons=_texts(body.get("persons") or []),
        is_on=body.get("is_on") is not False,
    )


def as_lines(body: Body) -> tuple[str, ...]:
    """A body as a person reads it: `Name: Finn`, a line for each line, and for each item of a list."""
    lines = []
    for field, label in _LABELS:
        value = body.get(field)
        if isinstance(value, Mapping):
            value = [f"{name}: {_chosen(choice)}" for name, choice in sorted(value.items())]
        if isinstance(value, bool):
            value = "yes" if value else "no"
        items = (
            value if isinstance(value, list) else str(value or _UNSAID.get(field, "")).split("\n")
        )
        lines += [f"{label}: {item}" for item in items if str(item).strip()]
    return tuple(lines)


def differences(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """The lines that went, as `- line`, and those that came, as `+ line`, in their order."""
    marks = unified_diff(before, after, n=0, lineterm="")
    return tuple(
        f"{line[0]} {line[1:]}"
        for line in marks
        if line[:1] in ("+", "-") and line[:3] not in ("+++", "---")
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return tuple(_text(item) for item in value)


def _chosen(choice: object) -> str:
    return as_text(rule_in(choice)) if isinstance(choice, Mapping) else str(choice)


def _one_of(value: object, *known: object) -> Any:
    if value not in known:
        raise ValueError("not one of those we know")
    return value
