"""The form that asks an agent about a message, and what was filled in.

The message stands in it as a quotation, word for word as the agent is given it: what somebody else
wrote is text there, and nothing of it is live.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.agents.model import Agent
from core.conversations.model import About
from core.gateway.foreign_text import without_invisible
from handlers.blocks.agents.buttons import Json, option, plain
from handlers.blocks.markdown import neutral
from handlers.blocks.mrkdwn import escape
from handlers.blocks.mrkdwn.escaping import entities
from handlers.blocks.rendered import Block, Rendered, context, section

ASK_ABOUT = "answer.ask_about"
ASK_FORM = "answer.ask_form"
QUESTION, AGENT, WHERE, VALUE = "question", "agent", "where", "value"
ANY_AGENT = "-"
ALONE, IN_THREAD = "me", "thread"
MOST_AGENTS = 99  # a menu holds a hundred options
LONGEST_ASKED = 2_000  # characters of the question
LONGEST_QUOTED = 2_400  # of the 3,000 characters that Slack keeps with a form
CUT = " […]"
NOTHING_ASKED = "Please say what you would like to know."
TOO_LONG = f"Please ask in at most {LONGEST_ASKED:,} characters."

_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_CHANNEL = re.compile(r"[CDG][A-Z0-9]+")
_TS = re.compile(r"\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A message that somebody asks about. *domain* is the workspace's, for the way back to it."""

    channel: str
    ts: str
    thread_ts: str | None
    text: str
    by: str
    domain: str

    @property
    def thread(self) -> str:
        """The thread in which the message stands, or which it opens."""
        return self.thread_ts or self.ts

    @property
    def about(self) -> About:
        return About(self.channel, self.thread, self.text, self.by)

    @property
    def is_direct(self) -> bool:
        """In a direct message: between which people, nobody tells us."""
        return self.channel.startswith("D")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was filled in. *agent* is a key, or empty."""

    question: str = ""
    agent: str = ""
    in_thread: bool = False


def ask_form(
    quoted: Quoted, agents: Sequence[Agent], asked: Asked = Asked(), *, banner: str = ""
) -> Json:
    """*agents*: those that this person may ask. *banner* says why the form is shown again."""
    blocks: list[Block] = [section(banner)] if banner else []
    by = f"<@{quoted.by}> wrote" if re.fullmatch(r"[UW][A-Z0-9]+", quoted.by) else "It says"
    blocks += [context(f"{by}, and the agent is shown:"), _quotation(quoted.text)]
    blocks.append(_input("What would you like to know?", QUESTION, _text_field(asked.question)))
    blocks.append(_input("Who answers", AGENT, _agent_menu(agents, asked.agent)))
    if not quoted.is_direct:
        blocks.append(_input("Who reads the answer", WHERE, _places(asked.in_thread)))
    return {
        "type": "modal",
        "callback_id": ASK_FORM,
        "title": plain("Ask an agent", 24),
        "submit": plain("Ask"),
        "close": plain("Cancel"),
        "private_metadata": _metadata(quoted),
        "blocks": blocks,
    }


def quotable(text: str) -> str:
    """As much of a message as is shown and asked about: its beginning, if it is long."""
    if _room(text) <= LONGEST_QUOTED:
        return text
    text = text[:LONGEST_QUOTED]
    while (over := _room(text + CUT) - LONGEST_QUOTED) > 0:
        text = text[: -max(over // 6, 1)]  # no letter takes more than six
    return text.rstrip() + CUT


def read_quoted(about: Mapping[str, Any]) -> Quoted | None:
    """The message that a form was opened on; None when it does not say."""
    found = {name: about.get(name) for name in Quoted.__dataclass_fields__}
    thread_ts = found.pop("thread_ts")
    texts = {name: value for name, value in found.items() if isinstance(value, str)}
    if len(texts) < len(found) or not _CHANNEL.fullmatch(texts["channel"]):
        return None
    if not _TS.fullmatch(texts["ts"]):
        return None
    inside = thread_ts if isinstance(thread_ts, str) and _TS.fullmatch(thread_ts) else None
    return Quoted(**texts, thread_ts=inside)


def read_ask_form(view: Mapping[str, Any]) -> Asked:
    """Slack has signed it, and yet nothing in it need be what the form asked for."""
    values = _object(_object(view.get("state")).get("values"))
    shown = {
        name: _object(_object(values.get(name)).get(VALUE)) for name in (QUESTION, AGENT, WHERE)
    }
    question = shown[QUESTION].get("value")
    agent = _object(shown[AGENT].get("selected_option")).get("value")
    where = _object(shown[WHERE].get("selected_option")).get("value")
    return Asked(
        without_invisible(question).strip() if isinstance(question, str) else "",
        agent if isinstance(agent, str) and agent != ANY_AGENT else "",
        where == IN_THREAD,
    )


def check_asked(view: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with what was typed, by block."""
    question = read_ask_form(view).question
    if not question:
        return {QUESTION: NOTHING_ASKED}
    return {QUESTION: TOO_LONG} if len(question) > LONGEST_ASKED else {}


def asked_alone(quoted: Quoted, agent: Agent, question: str) -> str:
    """What stands in the direct message above the answer: the way back to the message, and the
    question with its own markup made harmless."""
    where = "" if quoted.is_direct else f" in <#{quoted.channel}>"
    asked = entities(neutral(question))
    return f"You ask *{escape(agent.display_name)}* about {_link(quoted)}{where}: {asked}"


def not_asked(words: str, question: str) -> Rendered:
    """Where Slack does not open the form again: nothing that was typed is lost."""
    head = f"*Not asked.* {escape(words)} Here is what you typed:"
    typed: Block = {"type": "section", "text": plain(question, 3_000)}
    return Rendered(f"{head}\n{escape(neutral(question))}", [section(head), typed])


def not_asked_yet(words: str) -> str:
    return f":warning: *Not asked yet.* {escape(words)} What you typed is below."


def _link(quoted: Quoted) -> str:
    """docs.slack.dev, chat.getPermalink: the same address, which asks Slack nothing. A message of a
    channel that AEGIS is not in has one as well."""
    if not _DOMAIN.fullmatch(quoted.domain):
        return "a message"
    digits = quoted.ts.replace(".", "")
    address = f"https://{quoted.domain}.slack.com/archives/{quoted.channel}/p{digits}"
    if quoted.thread_ts and quoted.thread_ts != quoted.ts:
        address += f"?thread_ts={quoted.thread_ts}&cid={quoted.channel}"
    return f"<{entities(address)}|this message>"


def _quotation(text: str) -> Block:
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [quote]}


def _text_field(question: str) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": VALUE, "multiline": True}
    element |= {"max_length": LONGEST_ASKED, "focus_on_load": True}
    return element | ({"initial_value": question[:LONGEST_ASKED]} if question else {})


def _agent_menu(agents: Sequence[Agent], picked: str) -> Json:
    options = {ANY_AGENT: option("Let AEGIS choose", ANY_AGENT)}
    options |= {agent.key: option(agent.display_name, agent.key) for agent in agents[:MOST_AGENTS]}
    return {
        "type": "static_select",
        "action_id": VALUE,
        "options": list(options.values()),
        "initial_option": options.get(picked, options[ANY_AGENT]),
    }


def _places(in_thread: bool) -> Json:
    alone = option("Only me", ALONE)
    thread = option("Everybody in the thread", IN_THREAD)
    return {
        "type": "radio_buttons",
        "action_id": VALUE,
        "options": [alone, thread],
        "initial_option": thread if in_thread else alone,
    }


def _input(label: str, block_id: str, element: Json) -> Block:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element}


def _metadata(quoted: Quoted) -> str:
    return _as_json(asdict(quoted))


def _as_json(value: object) -> str:
    """Letters of every script as they are: escaped they would take six times their room."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _room(text: str) -> int:
    """The room it takes in what Slack keeps with a form, counted as JavaScript counts."""
    return len(_as_json(text).encode("utf-16-le", "surrogatepass")) // 2


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
