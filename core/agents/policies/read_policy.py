"""What an agent may do with tools at this moment. Read anew before each call, in every process."""

from collections.abc import Iterable

from core.agents.load_roster import read_roster
from core.agents.model import Agent, Roster
from core.agents.policies.model import policy_of
from core.db.transaction import Tx
from core.gateway.tools.model import ToolPolicy


async def read_policy(tx: Tx, key: str, foreign: Iterable[str] = ()) -> ToolPolicy:
    """By an agent's key; an agent that is gone may do nothing. *foreign*: the tools of servers."""
    roster = await read_roster(tx)
    agent = roster.find(key)
    return policy_for(roster, agent, foreign) if agent else ToolPolicy(frozenset())


def policy_for(roster: Roster, agent: Agent, foreign: Iterable[str] = ()) -> ToolPolicy:
    """What the company and the agent's profile say. *foreign*: the tools of servers, which an admin
    gives to an agent at the server, and not in its profile."""
    named = None if agent.tools is None else frozenset((*agent.tools, *foreign))
    return policy_of(roster.tool_rules, agent.tool_rules, named)
