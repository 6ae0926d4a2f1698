"""The forms of MCP servers: one adds a server, one allows its tools, one narrows them for an agent.

A token is typed into a form like any other text. It is taken out of what Slack sends before that is
stored (`with_token`), and never shown again.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from core.agents.model import Agent
from core.connections.mcp.model import LONGEST_TOKEN, LONGEST_URL, ToolServer, Use
from core.gateway.tools.model import Rule
from handlers.blocks.agents.buttons import Json, option, plain
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import section

ADD_FORM = "servers.add_form"
ALLOW_FORM = "servers.allow_form"
NARROW_FORM = "servers.narrow_form"
ACTION = "value"

ABOUT = (
    "An MCP server is a stranger: what its tools are told leaves the company, and what they answer "
    "may be an order. Add only one that you trust, and give it a token that can do no more than it "
    "has to."
)
SCOPES = {
    "all": "Everything that is allowed of it",
    "some": "Only the tools below",
    "none": "Nothing of it",
}
NONE_PICKED = "Please pick at least one tool, or “nothing of it” above."
READS = "Only reads: asked about once a turn has read private things."


def add_form(typed: Mapping[str, str] | None = None, *, banner: str = "") -> Json:
    """*typed*: what was typed before; the token has to be typed anew."""
    typed = typed or {}
    fields = [
        _text(
            "key",
            "Short name",
            typed.get("key", ""),
            20,
            hint="As in jira. Stands before each of its tools.",
        ),
        _text(
            "url",
            "Address",
            typed.get("url", ""),
            LONGEST_URL,
            hint="As in https://mcp.example.com/mcp",
        ),
        _text(
            "token",
            "Token",
            "",
            min(LONGEST_TOKEN, 3_000),
            optional=True,
            hint="If the server asks for one. It is kept sealed and not shown again.",
        ),
    ]
    return _modal(ADD_FORM, "Add an MCP server", {}, [_head(banner or ABOUT), *fields])


def read_add_form(view: Mapping[str, Any]) -> dict[str, str]:
    """What was typed: `key`, `url` and `token`."""
    return {name: _typed(view, name).strip() for name in ("key", "url", "token")}


def with_token(view: Mapping[str, Any], token: str) -> dict[str, Any]:
    """The same, with other text in place of the token."""
    values = dict(_object(_object(view.get("state")).get("values")))
    values["token"] = {ACTION: {"type": "plain_text_input", "value": token}}
    return {**view, "state": {**_object(view.get("state")), "values": values}}


def allow_form(
    server: ToolServer,
    agents: Iterable[Agent],
    *,
    banner: str = "",
    shown: ToolServer | None = None,
) -> Json:
    """What is allowed of a server, as it is; *shown*: with other things picked in it."""
    picked = shown or server
    fit = [tool.name for tool in server.offered if not tool.unfit]
    reads = [n for n in fit if picked.uses.get(n) == "reads" and n not in server.changed]
    asks = [n for n in fit if picked.uses.get(n) == "asks" and n not in server.changed]
    names = {agent.key: agent.display_name for agent in agents}
    about = banner or f"Read what its tools say of themselves first: `/aegis mcp show {server.key}`"
    blocks = [
        _head(about),
        _several("asks", "Somebody has to agree each time", {n: n for n in fit}, asks, ""),
        _several("reads", "May be used without asking", {n: n for n in fit}, reads, READS),
        _several("agents", "Agents that may use these", names, sorted(picked.agents), ""),
    ]
    title = f"Tools of {server.key}"
    return _modal(ALLOW_FORM, title, {"key": server.key, "version": server.version}, blocks)


def read_allow_form(view: Mapping[str, Any]) -> tuple[dict[str, Use], frozenset[str]]:
    """The tools with how they may be used, and the agents. Who is in both lists asks."""
    uses: dict[str, Use] = dict.fromkeys(_picked(view, "reads"), "reads")
    uses |= dict.fromkeys(_picked(view, "asks"), "asks")
    return uses, frozenset(_picked(view, "agents"))


def narrow_form(server: ToolServer, agent: Agent, *, banner: str = "") -> Json:
    """What one agent may use of what is allowed of a server, filled with what *server* says of it."""
    own = server.narrowed.get(agent.key, {})
    scope = "some" if own else "all" if agent.key in server.agents else "none"
    fit = sorted(server.uses)
    reading = [name for name in fit if server.uses[name] == "reads"]
    held = {rule: [name for name in fit if own.get(name) == rule] for rule in ("ask", "allow")}
    head = f"*{escape(agent.display_name)}* and the server `{server.key}` ({server.host})"
    blocks = [
        _head(f"{banner}\n{head}" if banner else head),
        _one("scope", "It may use", SCOPES, scope),
        _several("asks", "Somebody has to agree each time", {n: n for n in fit}, held["ask"], ""),
    ]
    if reading:
        choices, label = {n: n for n in reading}, "May be used without asking"
        blocks.append(_several("reads", label, choices, held["allow"], READS))
    about = {"key": server.key, "version": server.version, "agent": agent.key}
    return _modal(NARROW_FORM, f"Tools of {server.key}", about, blocks)


def read_narrow_form(view: Mapping[str, Any]) -> dict[str, Rule] | None:
    """The tools with what happens when the agent wants them: none is nothing, None is all that is
    allowed. What stands in both lists asks."""
    scope = _object(_field(view, "scope").get("selected_option")).get("value")
    if scope == "all":
        return None
    tools: dict[str, Rule] = {}
    if scope == "some":
        tools |= dict.fromkeys(_picked(view, "reads"), "allow")
        tools |= dict.fromkeys(_picked(view, "asks"), "ask")
    return tools


def problem_with_picks(view: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the form of one agent, by block."""
    scope = _object(_field(view, "scope").get("selected_option")).get("value")
    return {"asks": NONE_PICKED} if scope == "some" and not read_narrow_form(view) else {}


def _modal(callback_id: str, title: str, about: Json, blocks: list[Json]) -> Json:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, 24),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "private_metadata": json.dumps(about),
        "blocks": blocks,
    }


def _head(mrkdwn: str) -> Json:
    return section(mrkdwn)


def _text(
    field: str, label: str, value: str, most: int, *, hint: str, optional: bool = False
) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": ACTION, "max_length": most}
    element |= {"initial_value": value[:most]} if value else {}
    return _input(field, label, element, hint, optional=optional)


def _several(
    field: str, label: str, choices: Mapping[str, str], picked: Iterable[str], hint: str
) -> Json:
    options = {value: option(words, value) for value, words in list(choices.items())[:100]}
    element: Json = {"type": "multi_static_select", "action_id": ACTION}
    element |= {"options": list(options.values()) or [option("none", "-")]}
    if chosen := [options[value] for value in picked if value in options]:
        element["initial_options"] = chosen
    return _input(field, label, element, hint, optional=True)


def _one(field: str, label: str, choices: Mapping[str, str], chosen: str) -> Json:
    options = {value: option(words, value) for value, words in choices.items()}
    element = {
        "type": "static_select",
        "action_id": ACTION,
        "options": list(options.values()),
        "initial_option": options[chosen],
    }
    return _input(field, label, element, "", optional=False)


def _input(field: str, label: str, element: Json, hint: str, *, optional: bool) -> Json:
    block: Json = {"type": "input", "block_id": field, "label": plain(label), "element": element}
    block |= {"optional": True} if optional else {}
    return block | ({"hint": plain(hint, 150)} if hint else {})


def _field(view: Mapping[str, Any], field: str) -> Json:
    values = _object(_object(view.get("state")).get("values"))
    return _object(_object(values.get(field)).get(ACTION))


def _typed(view: Mapping[str, Any], field: str) -> str:
    value = _field(view, field).get("value")
    return value if isinstance(value, str) else ""


def _picked(view: Mapping[str, Any], field: str) -> list[str]:
    found = _field(view, field).get("selected_options")
    values = [_object(one).get("value") for one in found] if isinstance(found, list) else []
    return [value for value in values if isinstance(value, str) and value != "-"]


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
