"""What an admin reads of policies: each tool with what happens when an agent wants it."""

from collections.abc import Collection, Iterable, Sequence

from core.agents.model import Agent, Roster
from core.agents.policies.model import both
from core.gateway.tools.model import Tool
from handlers.blocks.agents.buttons import button
from handlers.blocks.mrkdwn import escape
from handlers.blocks.policies.form import CHANGE
from handlers.blocks.policies.words import setting_words, what_happens
from handlers.blocks.rendered import MOST_BLOCKS, MOST_TEXT, Rendered, context, said, section

HELP = """\
*What agents may do, and who says yes*
• `/aegis policy`: each tool, and what happens when any agent wants it
• `/aegis policy finance`: the same for one agent
• `/aegis policy set post_to_channel`: set it for all agents
• `/aegis policy set post_to_channel finance`: set it for one agent; that can only make it stricter
A change counts from the next call on. What waits for a yes already is held to the stricter of what it was asked under \
and what counts now."""
UNREADABLE = (
    ":warning: What was set for all agents cannot be read, so no agent may use any tool. Setting the "
    "policy of one tool begins anew: what was set for the others is gone then, so look at each."
)
TOLD = 600  # characters of one tool in the text without blocks


def policy_help(*, unknown: str = "", nearest: str = "") -> Rendered:
    """*unknown* is what was typed, cleaned; *nearest* a word, a tool or an agent that there is."""
    hint = f" Did you mean `{nearest}`?" if nearest else ""
    return said(f"I know neither a tool nor an agent `{unknown}`.{hint}" if unknown else HELP)


def policies_page(tools: Sequence[Tool], roster: Roster) -> Rendered:
    """For all agents, with those that differ."""
    texts = [_for_all(tool, roster) for tool in tools]
    head = "*What happens when an agent wants a tool*"
    if not roster.tool_rules.is_readable:
        head = f"{head}\n{UNREADABLE}"
    return _listed(head, tools, texts, "")


def agent_policies_page(
    tools: Sequence[Tool], roster: Roster, agent: Agent, given: Collection[str]
) -> Rendered:
    """For one agent. *given*: the names of the tools it has."""
    texts = [_for_one(tool, roster, agent, has=tool.name in given) for tool in tools]
    head = f"*What happens when {escape(agent.display_name)} wants a tool*"
    return _listed(head, tools, texts, agent.key)


def policy_saved(tool: Tool, roster: Roster, agent: Agent | None) -> Rendered:
    text = _for_one(tool, roster, agent, has=True) if agent else _for_all(tool, roster)
    whose = escape(agent.display_name) if agent else "all agents"
    return said(f"Saved for {whose}; it counts from the next call on.\n{text}")


def _for_all(tool: Tool, roster: Roster) -> str:
    lines = [_name(tool), what_happens(tool, roster.tool_rules)]
    others = [
        f"{escape(agent.name)}: {words}"
        for agent in roster.everyone
        if (words := setting_words(tool, agent.tool_rules))
    ]
    if others:
        lines.append(f"Besides, for {' · '.join(others)}")
    return "\n".join(lines)[: MOST_TEXT - 100]


def _for_one(tool: Tool, roster: Roster, agent: Agent, *, has: bool) -> str:
    holds = both(roster.tool_rules, agent.tool_rules)
    lines = [_name(tool), what_happens(tool, holds) if has else "It does not have this tool."]
    own, company = (setting_words(tool, r) for r in (agent.tool_rules, roster.tool_rules))
    if own:
        lines.append(f"Set for this agent: {own}")
    if company:
        lines.append(f"Set for all agents: {company}")
    return "\n".join(lines)[: MOST_TEXT - 100]


def _name(tool: Tool) -> str:
    return f"*{escape(tool.name)}* · {'writes' if tool.writes else 'reads'}"


def _listed(head: str, tools: Sequence[Tool], texts: Iterable[str], key: str) -> Rendered:
    room = MOST_BLOCKS - 2
    texts = list(texts)
    blocks = [
        section(text) | {"accessory": button("Change", CHANGE, f"{tool.name}:{key}")}
        for tool, text in list(zip(tools, texts, strict=True))[:room]
    ]
    more = f" And {len(texts) - room} more." if len(texts) > room else ""
    hint = f"`/aegis policy help` says how to change them.{more}"
    told = "\n\n".join([head, *(text[:TOLD] for text in texts[:room])])
    return Rendered(f"{told[: MOST_TEXT - 200]}\n\n{hint}", [section(head), *blocks, context(hint)])
