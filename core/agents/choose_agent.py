"""Which agent takes a message: the one addressed, else the thread's, else the one whose topic it is.

Pure and deterministic: the same words always reach the same agent.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from core.agents.model import Agent, Roster

# A question as it begins when its first word was an address: "finance what is our budget".
_ASKING = re.compile(
    r"(what|how|who|whom|whose|when|where|why|which|can|could|do|does|did|is|are|am|was|were|will"
    r"|would|should|may|must|has|have|tell|list|show|give|explain|summari[sz]e|write|draft|compare"
    r"|find|help|please|describe|check|look|make|remind|i|we|my|our|the)\b",
    re.IGNORECASE,
)
_HELLO = r"(?:(?:hi|hey|hello|dear|ok|okay)[ ,]+)?"


@dataclass(frozen=True, slots=True)
class Choice:
    """*question* is the message without its address; *reason* is for people."""

    agent: Agent
    question: str
    reason: str


def choose_agent(roster: Roster, text: str, *, thread_agent: str | None = None) -> Choice:
    """The agent for a message, in a thread that may already belong to one (by key)."""
    text = text.strip()
    addressed = _addressed(roster, text)
    if addressed:
        return addressed
    kept = roster.find(thread_agent) if thread_agent else None
    if kept:
        return Choice(kept, text, f"This thread is with {kept.name}.")
    return _by_topic(roster, text)


def split_ask(roster: Roster, text: str) -> Choice:
    """The agent for `/ask [agent] question`: a first word that names one is an address."""
    text = text.strip()
    addressed = _addressed(roster, text) or _first_word(roster, text)
    return addressed or _by_topic(roster, text)


def _addressed(roster: Roster, text: str) -> Choice | None:
    forms = _forms(roster.words())
    for form in (forms.opening, forms.asking):
        match = form.match(text)
        if match:
            return _choice(roster, match["word"], text[match.end() :])
    match = forms.anywhere.search(text)
    if match:
        rest = f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}"
        return _choice(roster, match["word"], rest)
    return None


def _first_word(roster: Roster, text: str) -> Choice | None:
    match = _forms(roster.words()).first.match(text)
    if not match:
        return None
    agent, rest = roster.find(match["word"]), text[match.end() :]
    assert agent
    is_name = match["word"].casefold() == agent.name.casefold()
    # "/ask legal holidays in May": the role fits, and the word belongs to the question.
    kept = rest if is_name or not rest or _ASKING.match(rest) else text
    return _choice(roster, match["word"], kept)


def _choice(roster: Roster, word: str, question: str) -> Choice:
    agent = roster.find(word)
    assert agent
    return Choice(agent, question.strip(), f"You addressed {agent.name}.")


@dataclass(frozen=True, slots=True)
class _Forms:
    opening: re.Pattern[str]
    asking: re.Pattern[str]
    anywhere: re.Pattern[str]
    first: re.Pattern[str]


@lru_cache(maxsize=256)
def _forms(words: tuple[str, ...]) -> _Forms:
    """How an address looks: `mara: …`, `ask finance …`, `… @finance …`; after `/ask`: `finance …`."""
    called = "|".join(r"\s+".join(map(re.escape, word.split())) for word in words)
    word = rf"(?P<word>{called})"
    edge = r"(?![\w'’]|[.\-]\w)"
    return _Forms(
        opening=re.compile(rf"{_HELLO}(?:ask\s+)?@?{word}\s*(?:[,:;–—]\s*|$)", re.IGNORECASE),
        asking=re.compile(
            rf"ask\s+{word}{edge}\s+(?:to\s+)?(?={_ASKING.pattern}|(?:about|for|if|whether)\b)",
            re.IGNORECASE,
        ),
        anywhere=re.compile(rf"(?:^{_HELLO}|(?<![\w.@]))@{word}{edge}", re.IGNORECASE),
        first=re.compile(rf"{word}{edge}(?=\s|$)\s*", re.IGNORECASE),
    )


def _by_topic(roster: Roster, text: str) -> Choice:
    best, best_score, best_topic = roster.default, 0, ""
    for agent in roster:
        found = [topic for topic in agent.topics if _topic(topic).search(text)]
        # Two words that stand together say more than one, and more than two that do not.
        score = sum(len(topic.split()) ** 2 for topic in found)
        if score > best_score:
            best, best_score, best_topic = agent, score, max(found, key=len)
    if best_score:
        return Choice(best, text, f"“{best_topic}” is a topic of {best.name}, {best.role}.")
    return Choice(best, text, f"No topic stood out, so {best.name}, {best.role}, takes it.")


@lru_cache(maxsize=4096)
def _topic(topic: str) -> re.Pattern[str]:
    words = r"[\s-]+".join(map(re.escape, topic.split()))
    return re.compile(rf"(?<!\w){words}(?:s|es|'s|’s)?(?!\w)", re.IGNORECASE)
