"""The Home tab: the staff with things to ask, the person's default, and what there is to know."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.agents.model import Agent, Chooser, Roster
from core.conversations.read_overview import Overview
from handlers.blocks.agents.buttons import (
    DEFAULT,
    INSTRUCT,
    NEW,
    Json,
    actions,
    button,
    option,
    plain,
)
from handlers.blocks.agents.lists import admin_buttons, entry
from handlers.blocks.help import DISCLAIMER
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import context, section

MOST_AGENTS = 40  # two blocks each; a view may have a hundred
ANY = "-"


@dataclass(frozen=True, slots=True)
class HomePage:
    """What one person's Home shows. *usage*: lines on what was spent, of the budgets that hold."""

    roster: Roster
    chooser: Chooser
    overview: Overview
    usage: Sequence[str] = ()


def home_view(page: HomePage) -> Json:
    """For somebody who may ask."""
    agents = page.roster.everyone if page.chooser.administers else page.roster.open_to(page.chooser)
    blocks = [_header("Your agents"), _default(page), *_counts(page)]
    if page.chooser.administers:
        blocks.append(actions(button("New agent", NEW), button("Company instructions", INSTRUCT)))
    for agent in agents[:MOST_AGENTS]:
        blocks.append(section(_agent(agent)))
        if page.chooser.administers:
            blocks.append(admin_buttons(agent))
    return {"type": "home", "blocks": [*blocks, context(DISCLAIMER)]}


def home_refused(words: str) -> Json:
    """For somebody who may not ask."""
    return {"type": "home", "blocks": [section(words)]}


def _default(page: HomePage) -> Json:
    """Who takes a question of this person that names nobody and has no clear topic."""
    mine = page.roster.open_to(page.chooser)
    anybody = option("Whoever fits best", ANY)
    options = [anybody, *(option(agent.display_name, agent.key) for agent in mine)][:100]
    picked = [each for each in options if each["value"] == page.chooser.default_agent]
    select = {
        "type": "static_select",
        "action_id": DEFAULT,
        "placeholder": plain("Your default agent"),
        "options": options,
        "initial_option": picked[0] if picked else anybody,
    }
    words = "*Who answers when you name nobody and no topic stands out?*"
    return section(words) | {"accessory": select}


def _counts(page: HomePage) -> list[Json]:
    found = page.overview
    documents = f"{found.documents:,} {'document' if found.documents == 1 else 'documents'}"
    lines = [
        f"*Knowledge base:* {documents}, {found.own:,} of them only yours. `/aegis kb` lists them."
    ]
    if found.waiting:
        lines.append(f"*Waiting for a yes:* {found.waiting:,} of what agents would do for you.")
    lines += page.usage
    return [section("\n".join(lines))]


def _agent(agent: Agent) -> str:
    more = [f"_“{escape(example)}”_" for example in agent.examples[1:3]]
    return "\n".join([entry(agent), *more])


def _header(text: str) -> Json:
    return {"type": "header", "text": plain(text, 150)}
