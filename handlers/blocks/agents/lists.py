"""The staff, as a list a person can choose from, and one agent on a page of its own."""

from collections.abc import Iterable, Mapping, Sequence

from core.agents.model import Agent, Roster
from handlers.blocks.agents.buttons import EDIT, INSTRUCT, NEW, SWITCH, VERSIONS, actions, button
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import MOST_BLOCKS, MOST_TEXT, Rendered, context, said, section

HOW_TO_CHOOSE = "Name one to choose it: `@mara, …`, `ask finance: …` or `/ask legal …`"
HOW_TO_CHANGE = "`/aegis agents help` says how to change them."
WHO: Mapping[str, str] = {
    "everyone": "everyone here",
    "admins": "admins and owners",
    "listed": "some persons, and admins",
}
WHERE: Mapping[str, str] = {
    "all": "all that the person who asks may see",
    "workspace": "the workspace's documents, nobody's own",
    "none": "no documents",
}

USAGE: tuple[tuple[str, str], ...] = (
    ("/aegis agents", "who is on the staff"),
    ("/aegis agents show finance", "one agent: what it does, and who may ask it"),
    ("/aegis agents new", "make an agent"),
    ("/aegis agents edit finance", "change one"),
    ("/aegis agents off finance", "switch one off: it stops at once"),
    ("/aegis agents on finance", "switch it on again"),
    ("/aegis agents versions finance", "who changed it, when, and what"),
    ("/aegis agents diff finance 1 2", "what lies between two versions"),
    ("/aegis agents restore finance 1", "go back to an earlier version"),
    ("/aegis agents company", "what the company asks of all its agents"),
    ("/aegis agents models", "in which order models are asked"),
    ("/aegis agents models groq gemini", "ask these first; `default` goes back"),
)


def agents_list(
    roster: Roster, agents: Sequence[Agent] | None = None, *, for_admin: bool = False
) -> Rendered:
    """`/aegis agents`: each agent with what it does and a question it likes. *agents*: those this
    person may ask; an admin sees the ones that are off, too."""
    shown = roster.everyone if for_admin else list(roster) if agents is None else agents
    hints = (HOW_TO_CHOOSE, HOW_TO_CHANGE) if for_admin else (HOW_TO_CHOOSE,)
    room = MOST_BLOCKS - 2
    texts = [entry(agent) for agent in shown[:room]]
    blocks = [section(text) for text in texts]
    if for_admin:
        for agent, block in zip(shown, blocks, strict=False):
            block["accessory"] = button("Edit", EDIT, agent.key)
        blocks.append(actions(button("New agent", NEW), button("Company instructions", INSTRUCT)))
    return Rendered("\n\n".join([*texts, *hints]), [*blocks, context(" ".join(hints))])


def agent_page(agent: Agent, *, for_admin: bool) -> Rendered:
    """`/aegis agents show finance`: all there is to know of it; its instructions for admins."""
    head = "\n".join([entry(agent), *_facts(agent, for_admin=for_admin)])[:MOST_TEXT]
    blocks, texts = [section(head)], [head]
    if for_admin:
        instructions = f"*Instructions*\n{escape(agent.instructions.strip())}"[:MOST_TEXT]
        texts.append(instructions)
        blocks += [section(instructions), admin_buttons(agent)]
    return Rendered("\n\n".join(texts), blocks)


def entry(agent: Agent) -> str:
    """Name, what it does, and a question it likes; a mark when it is off."""
    example = f"\n_“{escape(agent.examples[0])}”_" if agent.examples else ""
    off = "" if agent.is_on else " (off)"
    name = escape(agent.display_name)
    return f"{agent.icon} *{name}*{off}\n{escape(agent.description)}{example}"


def admin_buttons(agent: Agent) -> dict[str, object]:
    """What an admin may do with it."""
    switch = ("Switch off", "off") if agent.is_on else ("Switch on", "on")
    return actions(
        button("Edit", EDIT, agent.key),
        button("Versions", VERSIONS, agent.key),
        button(switch[0], f"{SWITCH}.{switch[1]}", agent.key),
    )


def agents_help(*, unknown: str = "", nearest: str = "") -> Rendered:
    """Each word after `/aegis agents`. *unknown* is what was typed, cleaned; *nearest* one we know."""
    lines = [f"• `{typed}`: {meaning}" for typed, meaning in USAGE]
    head = "*Agents*"
    if unknown:
        hint = f" Did you mean `/aegis agents {nearest}`?" if nearest else ""
        head = f"I do not know `/aegis agents {unknown}`.{hint}"
    note = (
        "Changing agents is for admins and owners. Every change is a version and can be taken back."
    )
    return said("\n".join([head, *lines, note]))


def usage_of(word: str) -> Rendered:
    """How one of the words is typed, when something was missing behind it."""
    found = [each for each in USAGE if each[0].split()[2:3] == [word]]
    return said("\n".join(f"`{typed}`: {meaning}" for typed, meaning in found))


def models_page(order: Iterable[tuple[str, str, str]]) -> Rendered:
    """*order*: vendor, model and reason, the one to be asked first first."""
    lines = [
        f"{place}. {escape(name)}: `{escape(model)}` ({why})"
        for place, (name, model, why) in enumerate(order, 1)
    ]
    head = "*Models are asked in this order*, after what an agent itself prefers:"
    return said("\n".join([head, *lines]))


def no_such_agent(typed: str, nearest: str, names: Iterable[str]) -> Rendered:
    """*typed* is cleaned."""
    hint = (
        f"Did you mean {escape(nearest)}?" if nearest else f"There are {escape(', '.join(names))}."
    )
    return said(f"I know no agent called `{typed}`. {hint}" if typed else hint)


def switched(agent: Agent) -> Rendered:
    name = escape(agent.name)
    if agent.is_on:
        return said(f"*{name}* is on.")
    return said(
        f"*{name}* is off. What it was doing stops within seconds. Its threads go on with another "
        f"agent. `/aegis agents on {agent.key}` switches it on again."
    )


def _facts(agent: Agent, *, for_admin: bool) -> list[str]:
    others = [word for word in (agent.role, *agent.also) if word]
    facts = [f"*Answers to:* {escape(', '.join([agent.name, *others]))}"]
    facts += [f"*Examples:* {escape('; '.join(agent.examples))}"] if agent.examples else []
    facts.append(f"*Looks into:* {WHERE[agent.reach]}")
    if for_admin:
        tools = "whatever the company allows" if agent.tools is None else ", ".join(agent.tools)
        facts += [
            f"*May be asked by:* {WHO[agent.open_to]}",
            f"*Topics:* {escape(', '.join(agent.topics) or 'none')}",
            f"*Tools:* {escape(tools or 'none')}",
            f"*Model:* {agent.preference or 'as it comes'}",
            f"*Version:* {agent.version or 'as it came with AEGIS'}",
        ]
    return facts
