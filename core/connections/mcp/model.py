"""Servers and their tools as values, and how they are kept. Pure.

A server is known by its key, which stands before the name of each of its tools. What it offers is
kept as an admin has seen it; what an agent may use of that is what the admin has allowed.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast, get_args
from urllib.parse import urlsplit

from core.gateway.foreign_text import without_invisible
from core.gateway.tools.model import Rule

# How an allowed tool is used: `asks` waits for a yes each time; `reads` is held to change nothing.
Use = Literal["asks", "reads"]

MOST_SERVERS = 10
MOST_OFFERED = 60
MOST_AGENTS = 30
LONGEST_URL = 300
LONGEST_TOKEN = 4_000
LONGEST_NAME = 64  # of a tool, as models take it
BETWEEN = "__"  # stands between the server's key and the tool's own name, and in no tool of ours

_KEY = re.compile(r"[a-z][a-z0-9]{1,19}")
_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """A tool as its server describes it. *digest* is of the description and the schema as they came;
    *parameters* is the part of the schema that is used; *unfit* says why it cannot be allowed."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    digest: str
    notes: tuple[tuple[str, str], ...] = ()  # what the server says of each argument
    unfit: str = ""


@dataclass(frozen=True, slots=True)
class ToolServer:
    """An MCP server that an admin has added. *agents* (their keys) may use what is in *uses*; for one
    that stands in *narrowed*, only the tools that stand there with it, and no more freely than so.

    *changed*: allowed tools that are not any more what was allowed; they are off until an admin has
    looked. *version* 0 is a server that was never kept.
    """

    key: str
    url: str
    offered: tuple[OfferedTool, ...] = ()
    uses: Mapping[str, Use] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    narrowed: Mapping[str, Mapping[str, Rule]] = field(default_factory=dict)
    has_token: bool = False
    is_removed: bool = False
    version: int = 0

    @property
    def host(self) -> str:
        """What a person recognizes it by."""
        return urlsplit(self.url).netloc

    def find(self, name: str) -> OfferedTool | None:
        return next((tool for tool in self.offered if tool.name == name), None)

    def rule(self, agent: str, name: str) -> Rule:
        """What happens when the agent wants the tool now. Only what reads is ever allowed without a
        yes."""
        is_off = self.is_removed or name not in self.uses or name in self.changed
        if is_off or agent not in self.agents:
            return "never"
        own = self.narrowed.get(agent)
        rule: Rule = "allow" if own is None else own.get(name, "never")
        return "ask" if rule == "allow" and self.uses[name] == "asks" else rule

    def allows(self, agent: str, name: str) -> bool:
        """Whether the agent may use the tool now, if perhaps after a yes."""
        return self.rule(agent, name) != "never"

    def narrowed_for(self, agent: str, tools: Mapping[str, Rule] | None) -> "ToolServer":
        """The same, with *tools* for the agent: None is all that is allowed, and none is nothing."""
        others = {key: own for key, own in self.narrowed.items() if key != agent}
        if tools is None:
            return replace(self, agents=self.agents | {agent}, narrowed=others)
        if not tools:
            return replace(self, agents=self.agents - {agent}, narrowed=others)
        agents = self.agents | {agent}
        return replace(self, agents=agents, narrowed={**others, agent: dict(tools)})

    def switched_off(self, name: str) -> "ToolServer":
        """The next version, without a tool that is not what was allowed."""
        return replace(self, changed=self.changed | {name}, version=self.version + 1)

    def called(self, name: str) -> str:
        """What a model calls the tool by: never the name of a tool of ours, nor of another server."""
        plain = _NOT_OF_A_NAME.sub("_", name)
        room = LONGEST_NAME - len(self.key) - len(BETWEEN)
        if plain != name or len(plain) > room:
            mark = hashlib.sha256(name.encode()).hexdigest()[:8]
            plain = f"{plain[: room - 9]}_{mark}"
        return f"{self.key}{BETWEEN}{plain}"


def digest_of(name: str, description: str, schema: object) -> str:
    """Of everything about a tool that a model could be led by."""
    told = json.dumps([name, description, schema], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()


def problem_with_key(key: str) -> str | None:
    """What is wrong with a server's short name; None when nothing is."""
    if _KEY.fullmatch(key):
        return None
    return "Please use 2 to 20 small letters and digits, a letter first, as in jira."


def problem_with_url(url: str) -> str | None:
    """What is wrong with an address, without a look at where it leads."""
    if without_invisible(url) != url or not url.isascii() or any(c <= " " for c in url):
        return "There is a character in it that no web address has."
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return "That is not a web address."
    if len(url) > LONGEST_URL:
        return f"Please keep it below {LONGEST_URL} characters."
    if parts.scheme not in ("https", "http") or not host or port == 0:
        return "Please give the server's whole address, as in https://mcp.example.com/mcp"
    if "@" in parts.netloc or parts.query or parts.fragment or "\\" in url:
        return "It has more in it than a host and a path. A key belongs into the field below."
    return None


def problem_with_token(token: str) -> str | None:
    if len(token) > LONGEST_TOKEN:
        return f"Please keep it below {LONGEST_TOKEN:,} characters."
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        return "There is a character in it that no token has. Please copy it again."
    return None


def problem_with_narrowing(server: ToolServer, tools: Mapping[str, Rule]) -> str | None:
    """Why an agent cannot be given these tools so."""
    if any(name not in server.uses for name in tools):
        return "One of these tools is not allowed of this server."
    if any(rule == "allow" and server.uses[name] == "asks" for name, rule in tools.items()):
        return "What is not marked as reading waits for a yes each time."
    return None


def to_body(server: ToolServer) -> dict[str, Any]:
    """What is kept of a server. The key and the version are columns of their own; the token is
    sealed elsewhere."""
    return {
        "url": server.url,
        "offered": [
            {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
                "digest": tool.digest,
                "notes": [list(note) for note in tool.notes],
                "unfit": tool.unfit,
            }
            for tool in server.offered
        ],
        "uses": dict(server.uses),
        "changed": sorted(server.changed),
        "agents": sorted(server.agents),
        "narrowed": {agent: dict(tools) for agent, tools in sorted(server.narrowed.items())},
        "has_token": server.has_token,
        "is_removed": server.is_removed,
    }


def from_body(key: str, version: int, body: Mapping[str, Any]) -> ToolServer:
    """Raises KeyError, TypeError or ValueError for what is no server: an archive may have been made
    by another version of the product."""
    return ToolServer(
        key,
        str(body["url"]),
        tuple(_offered(one) for one in body["offered"]),
        {str(name): _use(use) for name, use in dict(body["uses"]).items()},
        frozenset(map(str, body["changed"])),
        frozenset(map(str, body["agents"])),
        _narrowed(body.get("narrowed") or {}),
        has_token=body["has_token"] is True,
        is_removed=body["is_removed"] is True,
        version=version,
    )


def _offered(body: Mapping[str, Any]) -> OfferedTool:
    return OfferedTool(
        str(body["name"]),
        str(body["description"]),
        dict(body["parameters"]),
        str(body["digest"]),
        tuple((str(name), str(words)) for name, words in body["notes"]),
        str(body["unfit"]),
    )


def _narrowed(body: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, Rule]]:
    return {
        str(agent): {str(name): _rule(rule) for name, rule in dict(tools).items()}
        for agent, tools in dict(body).items()
    }


def _rule(value: object) -> Rule:
    for rule in get_args(Rule):
        if value == rule:
            return cast(Rule, rule)
    raise ValueError("no rule that we know")


def _use(value: object) -> Use:
    if value == "reads":
        return "reads"
    if value == "asks":
        return "asks"
    raise ValueError("no use that we know")
