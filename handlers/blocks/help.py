"""What a person reads who asks what AEGIS can do."""

from collections.abc import Iterable

from core.agents.choose_agent import ANYBODY
from core.agents.model import Agent, Chooser, Roster
from core.knowledge.model import KINDS_IN_WORDS
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import MOST_TEXT, Rendered, context, section

TITLE = "*AEGIS: a staff of AI agents that answers from your own documents*"

HOW_TO_ASK = """\
*How to ask*
• Write to me in a direct message, or mention me in a channel. In a thread I keep listening: no new mention is needed.
• Name an agent to choose one: `@mara, what changed?` or `ask finance: what may a hotel cost?` \
Otherwise the one whose topic it is answers, and keeps the thread, until you say `hand over to legal`.
• Press Stop to end an answer early."""

COMMANDS = """\
*Commands*
• `/ask [agent] question`: ask from any channel
• `/aegis agents`: who is on the staff
• `/aegis kb list`: the documents you get answers from; `kb search WORDS [document: in: since: before:]`, `kb delete TITLE`, `kb status`
• `/aegis gaps`: what you asked in private and no document answers; tell the admins
• `/aegis memory`: what agents keep about you and the company; correct it, or have it forgotten
• `/aegis budget`: what you have used of models, and what is left; admins set limits with it
• `/aegis isolation`: whether the walls between workspaces were proved, and when
• `/aegis help`: this page"""

FOR_ADMINS = """\
*For admins and owners*
• `/aegis agents help`: make agents, change them, switch them off, take a change back
• `/aegis audit [agent: person: action: since:]`: who did what, newest first
• `/aegis feedback`: how answers were rated
• `/aegis gaps`: what was asked and no document answers
• `/aegis policy`: what agents may do with each tool, and who has to say yes
• `/aegis mcp`: servers of tools that agents may use
• `/aegis privacy`: what is kept here, for how long; export it, or have it erased"""

KNOWLEDGE = f"""\
*Your documents*
Drop a file ({KINDS_IN_WORDS}) into a direct message with me \
and I read it. It stays yours until you share it with the workspace or a channel. Answers cite their sources as [1]; when your documents hold no answer, I say so."""

DISCLAIMER = "Agents are AI and can be wrong. Check the cited source before you rely on an answer."


def help_page(roster: Roster, chooser: Chooser = ANYBODY, *, for_admin: bool = False) -> Rendered:
    """`/aegis help`, with the agents that this person may ask; with *for_admin* also what is for
    admins and owners alone."""
    commands = [COMMANDS, FOR_ADMINS] if for_admin else [COMMANDS]
    sections = [
        TITLE,
        HOW_TO_ASK,
        *commands,
        f"*Your agents*\n{_lines(roster.open_to(chooser))}",
        KNOWLEDGE,
    ]
    text = "\n\n".join([*sections, DISCLAIMER])
    return Rendered(text, [*map(section, sections), context(DISCLAIMER)])


def unknown_subcommand(typed: str, nearest: str | None) -> Rendered:
    """`/aegis` with a word it does not know; *nearest* is one it knows."""
    # Shown as code, in which nothing is a token; no back-tick may end the code early.
    word = "".join(letter for letter in typed if letter.isalnum() or letter in "-_")[:40]
    hint = f"Did you mean `/aegis {nearest}`?" if nearest else "Try `/aegis help`."
    words = f"I do not know `/aegis {word}`. {hint}" if word else hint
    return Rendered(words, [section(words)])


def _lines(agents: Iterable[Agent]) -> str:
    """One line an agent; whole lines only, where they would not all fit a section."""
    lines = ""
    for agent in agents:
        name, role = escape(agent.name), escape(agent.role)
        line = f"{agent.icon} *{name}*, {role}: {escape(agent.description)}\n"
        if len(lines) + len(line) > MOST_TEXT - 100:
            break
        lines += line
    return lines.rstrip("\n")
