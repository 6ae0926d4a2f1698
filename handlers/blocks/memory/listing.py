"""`/aegis memory`: what is kept about this person and the company, each with what can be done about it."""

from collections.abc import Sequence

from core.agents.model import Roster
from core.memory.model import COMPANY, Memory
from core.memory.recall import Kept
from handlers.blocks.agents.buttons import actions, button
from handlers.blocks.markdown import neutral
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import Block, Rendered, context, moment, said, section

CORRECT = "memory.correct"
FORGET = "memory.forget"

MOST_LISTED = 10  # of each kind: a line and its buttons are two blocks, and a message has fifty
HOW = (
    "To have something kept, say so to an agent: “remember that I work from Lisbon”. It is kept after "
    "your click. What is about you is used in our direct message alone. What is about the company, "
    "an admin confirms, and all members are answered with it. "
    "`/aegis memory forget everything` forgets all that is about you."
)


def memory_page(kept: Kept, roster: Roster, *, administers: bool, page: int = 1) -> Rendered:
    """What is about the company has buttons for admins alone. Pages are counted from 1."""
    own = _part("*About you*", kept.own, roster, page, pressed=True)
    company = _part("*About the company*", kept.company, roster, page, pressed=administers)
    left = max(len(kept.own), len(kept.company)) - page * MOST_LISTED
    more = f"There are {left} more: `/aegis memory {page + 1}`. " if left > 0 else ""
    text = "\n".join([*_texts(own), *_texts(company), more + HOW])
    return Rendered(text, [*own, *company, context(more + HOW)])


def corrected(text: str) -> Rendered:
    return said(f"Corrected. It is kept as:\n{_quoted(text)}")


def forgotten(text: str) -> Rendered:
    return said(f"Forgotten, for good:\n{_quoted(text)}")


def all_forgotten(count: int) -> Rendered:
    if not count:
        return said("There is nothing kept about you.")
    return said(f"Forgotten, for good: all that was kept about you ({count}).")


def not_a_memory_word() -> Rendered:
    return said(
        "I know `/aegis memory`, which lists what is kept, and `/aegis memory forget everything`."
    )


def _part(
    head: str, memories: Sequence[Memory], roster: Roster, page: int, *, pressed: bool
) -> list[Block]:
    shown = memories[(page - 1) * MOST_LISTED : page * MOST_LISTED]
    if not shown:
        return [section(f"{head}: nothing is kept." if page == 1 else f"{head}: no more.")]
    blocks = [section(head)]
    for memory in shown:
        blocks.append(section(_line(memory, roster)))
        if pressed:
            blocks.append(_buttons(memory))
    return blocks


def _line(memory: Memory, roster: Roster) -> str:
    told = "told to all agents"
    if memory.agent:
        agent = roster.find(memory.agent)
        told = f"told to {escape(neutral(agent.name if agent else memory.agent))} alone"
    end = f", until {moment(memory.expires_at, '{date_short}')}" if memory.expires_at else ""
    return f"{_quoted(memory.body)}\n_{told}{end}_"


def _buttons(memory: Memory) -> Block:
    return actions(
        button("Correct", CORRECT, memory.memory_id), button("Forget", FORGET, memory.memory_id)
    )


def _quoted(text: str) -> str:
    return f"• {escape(neutral(text))}"


def _texts(blocks: Sequence[Block]) -> list[str]:
    return [block["text"]["text"] for block in blocks if block["type"] == "section"]


def about_words(memory: Memory) -> str:
    """Whose it is, for the form."""
    return "About the company" if memory.about == COMPANY else "About you"
