"""Agents, the roster they stand on, and who may ask them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.agents.policies.model import NOTHING_SET, ToolRules
from core.gateway.approvals.model import ApprovalRule
from core.gateway.model import Preference

# Who may ask an agent: `listed` is the persons it names, and admins.
OpenTo = Literal["everyone", "admins", "listed"]
# Which documents an agent looks into: all that the asker may see, the workspace's alone, or none.
Reach = Literal["all", "workspace", "none"]
# What happens when an agent wants a tool: refused, put before a person, or carried out.
Policy = Literal["never", "ask", "allow"]

# Whose profile it is: one agent's, or what holds for all of a tenant's.
ProfileKind = Literal["agent", "company"]
COMPANY: Literal["company"] = "company"


@dataclass(frozen=True, slots=True)
class Chooser:
    """Whom an agent is chosen for. *default_agent* (a key) is what the person has picked at Home."""

    person_id: str
    administers: bool
    default_agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A named role with instructions. *key* is what a thread remembers it by.

    *tools* names what it may use, None is whatever the company allows; *policies* and *approvals* are
    its own, by tool. *version* 0 is the profile that comes with the product.
    """

    key: str
    name: str
    role: str
    also: tuple[str, ...]
    icon_emoji: str
    icon: str
    description: str
    instructions: str
    topics: tuple[str, ...]
    examples: tuple[str, ...]
    tools: tuple[str, ...] | None = None
    policies: tuple[tuple[str, Policy], ...] = ()
    approvals: tuple[tuple[str, ApprovalRule], ...] = ()
    reach: Reach = "all"
    preference: Preference | None = None
    open_to: OpenTo = "everyone"
    persons: tuple[str, ...] = ()
    is_on: bool = True
    version: int = 0

    @property
    def display_name(self) -> str:
        """What Slack shows over a message: a name, and the function that says it is an agent."""
        return f"{self.name} · {self.role[:1].upper()}{self.role[1:]}"

    def words(self) -> tuple[str, ...]:
        """Everything a person may call it by, lower case."""
        return tuple(
            dict.fromkeys(word.casefold() for word in (self.name, self.role, self.key, *self.also))
        )

    def is_open_to(self, chooser: Chooser) -> bool:
        """Whether this person may ask it. Admins may ask every agent: they can change them all."""
        if chooser.administers or self.open_to == "everyone":
            return True
        return self.open_to == "listed" and chooser.person_id in self.persons

    def may_use(self, tool: str) -> bool:
        """Whether the tool is among those it is given, whatever policy then says."""
        return self.policy_of(tool) != "never" and (self.tools is None or tool in self.tools)

    def policy_of(self, tool: str) -> Policy | None:
        """The agent's own policy for a tool; None where it has none."""
        return dict(self.policies).get(tool)

    @property
    def tool_rules(self) -> ToolRules:
        """What is set for its tools alone."""
        return ToolRules(dict(self.policies), dict(self.approvals))


@dataclass(frozen=True, slots=True)
class Version:
    """One state of an agent, or of what the company asks of all its agents, and who made it so.

    Version 0 is the profile that comes with the product: nobody's, and older than any time.
    """

    number: int
    changed_by: str
    changed_at: datetime | None
    lines: tuple[str, ...]


class Roster:
    """The agents of one tenant. The first that is on takes what fits nobody else.

    *company* is what the tenant asks of all its agents, *company_version* the version that says so;
    *tool_rules* is what it sets for the tools of all of them.
    """

    def __init__(
        self,
        agents: tuple[Agent, ...],
        company: str = "",
        company_version: int = 0,
        tool_rules: ToolRules = NOTHING_SET,
    ) -> None:
        """Raises ValueError when empty, or when two agents answer to one word."""
        if not agents:
            raise ValueError("a roster needs at least one agent")
        self.everyone = agents
        self.company = company
        self.company_version = company_version
        self.tool_rules = tool_rules
        self._by_word: dict[str, Agent] = {}
        for agent in agents:
            for word in agent.words():
                if word in self._by_word:
                    raise ValueError(f"two agents answer to {word!r}")
                self._by_word[word] = agent

    def __iter__(self) -> Iterator[Agent]:
        """Those that are on."""
        return (agent for agent in self.everyone if agent.is_on)

    @property
    def default(self) -> Agent:
        return next(iter(self), self.everyone[0])

    def open_to(self, chooser: Chooser) -> tuple[Agent, ...]:
        """The agents that are on and that this person may ask."""
        return tuple(agent for agent in self if agent.is_open_to(chooser))

    def words(self) -> tuple[str, ...]:
        """Every word an agent answers to, longest first, so that a phrase wins over its start."""
        return tuple(sorted(self._by_word, key=len, reverse=True))

    def find(self, word: str) -> Agent | None:
        """By name, role, key or another word for the role, on or off; case does not matter."""
        return self._by_word.get(" ".join(word.casefold().split()))
