"""The staff, as a list a person can choose from."""

from core.agents.model import Agent, Roster
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import MOST_BLOCKS, Rendered, context, section

HOW_TO_CHOOSE = "Name one to choose it: `@mara, …`, `ask finance: …` or `/ask legal …`"


def agents_list(roster: Roster) -> Rendered:
    """`/aegis agents`: each agent with what it does and a question it likes."""
    entries = [_entry(agent) for agent in roster][: MOST_BLOCKS - 1]
    text = "\n\n".join([*entries, HOW_TO_CHOOSE])
    return Rendered(text, [*map(section, entries), context(HOW_TO_CHOOSE)])


def _entry(agent: Agent) -> str:
    example = f"\n_“{escape(agent.examples[0])}”_" if agent.examples else ""
    name = escape(agent.display_name)
    return f"{agent.icon} *{name}*\n{escape(agent.description)}{example}"
