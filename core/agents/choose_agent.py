"""Which agent takes a message: the one addressed or asked for, else the thread's, else the one whose
topic it is, else the person's own default.

Pure and deterministic: the same words always reach the same agent. The reason goes with the choice.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from core.agents.addressing import begins_a_question, find_address, find_first_word, find_hand_over
from core.agents.model import Agent, Chooser, Roster
from core.kernel.errors import Refused

# Somebody who may ask every agent, for whoever has no person at hand.
ANYBODY = Chooser("", administers=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """*question* is the message without its address; *reason* is for people. With *takes_thread* the
    thread is the agent's from now on, whosever it was."""

    agent: Agent
    question: str
    reason: str
    takes_thread: bool = False


def choose_agent(
    roster: Roster, text: str, *, thread_agent: str | None = None, chooser: Chooser = ANYBODY
) -> Choice:
    """The agent for a message, in a thread that may already belong to one (by key).

    Raises Refused when the one that is named is switched off, or is not open to this person, or no
    agent is.
    """
    text = text.strip()
    asked_for = find_hand_over(roster.words(), text)
    if asked_for:
        agent = _named(roster, asked_for.word, chooser)
        return Choice(agent, asked_for.rest, hand_over_words(agent), takes_thread=True)
    addressed = _addressed(roster, text, chooser)
    if addressed:
        return addressed
    kept = roster.find(thread_agent) if thread_agent else None
    if kept is None:
        return _by_topic(roster, text, chooser)
    if kept.is_on and kept.is_open_to(chooser):
        return Choice(kept, text, f"This thread is with {kept.name}.")
    chosen = _by_topic(roster, text, chooser)
    why = "is not open to you" if kept.is_on else "is switched off"
    reason = f"This thread was with {kept.name}, who {why}. {chosen.reason}"
    return replace(chosen, reason=reason, takes_thread=not kept.is_on)


def split_ask(roster: Roster, text: str, chooser: Chooser = ANYBODY) -> Choice:
    """The agent for `/ask [agent] question`: a first word that names one is an address. Raises
    Refused as `choose_agent` does."""
    text = text.strip()
    addressed = _addressed(roster, text, chooser) or _first_word(roster, text, chooser)
    return addressed or _by_topic(roster, text, chooser)


def pick_agent(roster: Roster, key: str, text: str, chooser: Chooser = ANYBODY) -> Choice:
    """The agent that somebody has picked from a list, by its key: a list may be old by then. Raises
    Refused as `choose_agent` does."""
    if roster.find(key) is None:
        raise Refused(f"The agent that you picked is gone. {_others(roster, chooser)}")
    agent = _named(roster, key, chooser)
    return Choice(agent, text.strip(), f"You picked {agent.name}.")


def hand_over_words(agent: Agent) -> str:
    """What is said in the thread when an agent takes it over, and why it was chosen."""
    return f"{agent.name}, {agent.role}, takes this thread from here, as you asked."


def switched_off_words(agent: Agent) -> str:
    return f"{agent.name}, {agent.role}, was switched off by an admin."


def _addressed(roster: Roster, text: str, chooser: Chooser) -> Choice | None:
    found = find_address(roster.words(), text)
    return _choice(_named(roster, found.word, chooser), found.rest) if found else None


def _first_word(roster: Roster, text: str, chooser: Chooser) -> Choice | None:
    found = find_first_word(roster.words(), text)
    if not found:
        return None
    agent = roster.find(found.word)
    assert agent
    is_name = found.word.casefold() == agent.name.casefold()
    # "/ask legal holidays in May": the role fits, and the word belongs to the question.
    kept = found.rest if is_name or not found.rest or begins_a_question(found.rest) else text
    return _choice(_named(roster, found.word, chooser), kept)


def _choice(agent: Agent, question: str) -> Choice:
    return Choice(agent, question, f"You addressed {agent.name}.")


def _named(roster: Roster, word: str, chooser: Chooser) -> Agent:
    """The agent that somebody wants. Raises Refused when they cannot have it."""
    agent = roster.find(word)
    assert agent
    if not agent.is_open_to(chooser):
        raise Refused(
            f"{agent.name} is not open to you. An admin can change that. {_others(roster, chooser)}"
        )
    if not agent.is_on:
        raise Refused(f"{switched_off_words(agent)} {_others(roster, chooser)}")
    return agent


def _others(roster: Roster, chooser: Chooser) -> str:
    names = [agent.name for agent in roster.open_to(chooser)][:8]
    return f"You can ask {', '.join(names)}." if names else ""


def _by_topic(roster: Roster, text: str, chooser: Chooser) -> Choice:
    candidates = roster.open_to(chooser)
    if not candidates:
        raise Refused("No agent here is open to you. An admin can change that.")
    best, best_score, best_topic = candidates[0], 0, ""
    for agent in candidates:
        found = [topic for topic in agent.topics if _topic(topic).search(text)]
        # Two words that stand together say more than one, and more than two that do not.
        score = sum(len(topic.split()) ** 2 for topic in found)
        if score > best_score:
            best, best_score, best_topic = agent, score, max(found, key=len)
    if best_score:
        return Choice(best, text, f"“{best_topic}” is a topic of {best.name}, {best.role}.")
    own = next((agent for agent in candidates if agent.key == chooser.default_agent), None)
    if own:
        return Choice(
            own, text, f"No topic stood out, so {own.name}, your default agent, takes it."
        )
    return Choice(best, text, f"No topic stood out, so {best.name}, {best.role}, takes it.")


@lru_cache(maxsize=4096)
def _topic(topic: str) -> re.Pattern[str]:
    words = r"[\s-]+".join(map(re.escape, topic.split()))
    return re.compile(rf"(?<!\w){words}(?:s|es|'s|’s)?(?!\w)", re.IGNORECASE)
