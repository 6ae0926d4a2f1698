"""`/aegis policy …`: what happens when agents want a tool, and the form that sets it."""

from collections.abc import Iterable
from difflib import get_close_matches

from core.agents.load_roster import load_roster
from core.agents.model import Agent, Roster
from core.agents.policies.read_policy import policy_for
from core.db.tenant import TenantContext
from core.gateway.tools.model import Tool
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.policies.form import policy_form
from handlers.blocks.policies.pages import agent_policies_page, policies_page, policy_help
from handlers.blocks.rendered import Rendered
from handlers.commands.filters import shown
from handlers.commands.typed import Command

WORDS = ("help", "set")


async def policy(services: Services, command: Command, person: Person) -> Rendered | None:
    """What the second word says, or the list. For admins: whoever calls has looked."""
    roster = await load_roster(command.tenant)
    word, *rest = command.words[1:] or ("",)
    if word == "":
        return policies_page(list((await tools_of(services, command.tenant)).values()), roster)
    if word.lower() == "set":
        return await _set(services, command, roster, rest)
    if word.lower() == "help":
        return policy_help()
    agent = roster.find(" ".join([word, *rest]))
    if agent is None:
        return _unknown(" ".join([word, *rest]), roster, WORDS)
    return await _of_agent(services, command.tenant, roster, agent)


async def tools_of(services: Services, tenant: TenantContext) -> dict[str, Tool]:
    """By name: ours, and what is allowed of the servers of this tenant."""
    foreign = await services.staff.servers.every_tool(tenant)
    return dict(services.staff.dispatcher.joined_by(foreign).tools)


async def open_form(
    services: Services, tenant: TenantContext, trigger_id: str, tool: Tool, key: str
) -> None:
    """For an agent by its key, or for all of them."""
    roster = await load_roster(tenant)
    agent = roster.find(key) if key else None
    rules = agent.tool_rules if agent else roster.tool_rules
    form = policy_form(tool, roster, agent, rules.of(tool.name))
    await services.screens.open_modal(tenant, trigger_id, form)


async def _set(
    services: Services, command: Command, roster: Roster, rest: list[str]
) -> Rendered | None:
    if not rest:
        return policy_help()
    tools = await tools_of(services, command.tenant)
    name, whose = rest[0].lower(), " ".join(rest[1:])
    tool = next((tool for tool in tools.values() if tool.name.lower() == name), None)
    if tool is None:
        return _unknown(rest[0], roster, tools)
    agent = roster.find(whose) if whose else None
    if whose and agent is None:
        return _unknown(whose, roster)
    key = agent.key if agent else ""
    await open_form(services, command.tenant, command.trigger_id, tool, key)
    return None


async def _of_agent(
    services: Services, tenant: TenantContext, roster: Roster, agent: Agent
) -> Rendered:
    tools = await tools_of(services, tenant)
    foreign = [tool.name for tool in await services.staff.servers.tools_for(tenant, agent.key)]
    policy = policy_for(roster, agent, foreign)
    ours = services.staff.dispatcher.tools
    given = {
        name
        for name, tool in tools.items()
        if (name in ours or name in foreign) and (policy.tools is None or name in policy.tools)
    }
    return agent_policies_page(list(tools.values()), roster, agent, given)


def _unknown(typed: str, roster: Roster, others: Iterable[str] = ()) -> Rendered:
    known = [*others, *(agent.name for agent in roster.everyone)]
    by_word = {word.lower(): word for word in known}
    nearest = get_close_matches(typed.lower(), by_word, n=1, cutoff=0.5)
    return policy_help(unknown=shown(typed), nearest=by_word[nearest[0]] if nearest else "")
