"""What came of a form, told in a direct message when the form is gone."""

from collections.abc import Mapping
from typing import Any

from core.agents.model import Agent
from handlers.blocks.agents.lists import admin_buttons
from handlers.blocks.agents.versions import as_it_is
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import MOST_TEXT, Rendered, said, section


def agent_saved(agent: Agent) -> Rendered:
    words = (
        f"{agent.icon} *{escape(agent.display_name)}* is saved: version {agent.version}. "
        f"Ask it with `@{escape(agent.name)}, …`"
    )
    return Rendered(words, [section(words), admin_buttons(agent)])


def company_saved(version: int) -> Rendered:
    return said(
        f"What the company asks of all its agents is saved: version {version}. It holds from the "
        "next question on. `/aegis agents versions company` shows what changed."
    )


def not_saved(words: str, form: Mapping[str, Any]) -> Rendered:
    """*form* is what could not be opened again: what was typed stands in it, and here."""
    typed = list(_typed(form))
    head = (
        f"*Not saved.* {escape(words)}\nSlack did not let me open the form again. Here is what you "
        "typed, so that nothing is lost."
    )
    blocks = [section(head)]
    for label, value in typed:
        blocks += [section(f"*{escape(label)}*"), as_it_is(value[:MOST_TEXT])]
    plain = "\n".join(f"{label}: {value}" for label, value in typed)
    return Rendered(f"{head}\n{escape(plain)}", blocks)


def _typed(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    fields = [block for block in form["blocks"] if block["type"] == "input"]
    found = [(block["label"]["text"], _value(block["element"])) for block in fields]
    return [(label, value) for label, value in found if value]


def _value(element: Mapping[str, Any]) -> str:
    """What was typed, or picked."""
    picked = element.get("initial_options") or [element.get("initial_option")]
    words = [option["text"]["text"] for option in picked if option]
    return element.get("initial_value") or ", ".join([*words, *element.get("initial_users", [])])
