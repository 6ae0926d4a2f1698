"""What a profile must be like before it is kept. Words for the person, by the field they are about."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from core.agents.model import Roster
from core.gateway.foreign_text import without_invisible
from core.kernel.errors import Invalid

MOST_AGENTS = 30
LONGEST_NAME = 30
LONGEST_ROLE = 40
LONGEST_DESCRIPTION = 200
SHORTEST_INSTRUCTIONS = 20
LONGEST_INSTRUCTIONS = 3_000  # what one field of a Slack form holds
LONGEST_TOPIC = 60
LONGEST_EXAMPLE = 150
MOST_WORDS, MOST_TOPICS, MOST_EXAMPLES, MOST_PERSONS = 10, 60, 5, 50
LONGEST_COMPANY = 3_000

# Who a message must not seem to come from, and words that mean something else where they are typed.
_TAKEN = frozenset(
    (
        *("admin", "administrator", "owner", "root", "system", "moderator", "operator"),
        *("slack", "slackbot", "aegis", "bot", "security", "everyone", "everybody"),
        *("channel", "here", "company", "help", "all", "me", "nobody", "ask"),
    )
)
_EMOJI = re.compile(r":[a-z0-9_+'-]{1,60}:")
_CALLED = re.compile(r"[^\W_](?:[ .'’-]?[^\W_]+)*[.]?")  # letters and digits, words between them
_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")
_TOOL = re.compile(r"[a-zA-Z0-9_.-]{1,80}")

Problems = dict[str, str]


class Unfit(Invalid):
    """A profile cannot be kept as it is. *problems*: words for each field that is wrong."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


def tidy(text: str) -> str:
    """A longer text as it is kept: no letter that nobody sees, no blank lines at its ends."""
    return without_invisible(text).strip()


def problems_of(body: Mapping[str, Any]) -> Problems:
    """What is wrong with a profile, whoever else is on the roster. Empty when nothing is."""
    found: Problems = {}
    for field, check in _CHECKS.items():
        words = check(body)
        if words:
            found[field] = words
    return found


def clashes(
    body: Mapping[str, Any], key: str, roster: Roster, person_names: Iterable[str]
) -> Problems:
    """What is wrong because of the others: a word is taken, the name is a person's."""
    found: Problems = {}
    if _plain(body["name"]) in {_plain(name) for name in person_names if name.strip()}:
        found["name"] = "Somebody here has that name. An agent must not be taken for a person."
    fields = [("name", body["name"]), ("role", body["role"])]
    for field, word in [*fields, *(("also", word) for word in body["also"])]:
        other = roster.find(word)
        if other is not None and other.key != key:
            found.setdefault(field, f"“{word}” is what {other.name} answers to already.")
    if key not in {agent.key for agent in roster.everyone} and len(roster.everyone) >= MOST_AGENTS:
        found.setdefault("name", f"There are {MOST_AGENTS} agents already, which is the most.")
    return found


def problem_with_company(text: str) -> str | None:
    """What is wrong with what a company asks of all its agents; None when nothing is."""
    if len(text) > LONGEST_COMPANY:
        return f"Please keep it below {LONGEST_COMPANY:,} characters; these are {len(text):,}."
    return None


def _name(body: Mapping[str, Any]) -> str | None:
    name = body["name"]
    if wrong := _called(name, LONGEST_NAME):
        return wrong
    return _taken(name) if _TAKEN & set(_plain(name, " ").split()) else None


def _role(body: Mapping[str, Any]) -> str | None:
    return _called(body["role"], LONGEST_ROLE)


def _also(body: Mapping[str, Any]) -> str | None:
    if len(body["also"]) > MOST_WORDS:
        return f"Please name at most {MOST_WORDS} words."
    words = (_called(word, LONGEST_ROLE) for word in body["also"])
    return next((f"Not all of these can be used. {found}" for found in words if found), None)


def _called(word: str, longest: int) -> str | None:
    """Why nothing can be called by that word."""
    if not 2 <= len(word) <= longest:
        return f"Please use 2 to {longest} characters."
    if word != without_invisible(word):
        return "There is a character in it that nobody can see. Please type it anew."
    if not _CALLED.fullmatch(word):
        return "Please use letters and digits, with single spaces, hyphens or dots between them."
    if len(_scripts(word)) > 1:
        return "It mixes alphabets whose letters look alike. Please use one of them."
    return _taken(word) if _plain(word) in _TAKEN else None


def _taken(word: str) -> str:
    return f"“{word}” would be taken for somebody else, or for a command."


def _scripts(word: str) -> set[str]:
    names = {unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha()}
    return names & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}


def _plain(word: str, between: str = "") -> str:
    """As the eye takes it: width, accents, case and what stands between the letters aside."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return re.sub(r"[\W_]+", between, "".join(c for c in letters if not unicodedata.combining(c)))


def _icon(body: Mapping[str, Any]) -> str | None:
    if _EMOJI.fullmatch(body["icon_emoji"]):
        return None
    return "Please give an emoji by the name Slack has for it, as in :compass:"


def _description(body: Mapping[str, Any]) -> str | None:
    length = len(body["description"])
    if 10 <= length <= LONGEST_DESCRIPTION and "\n" not in body["description"]:
        return None
    return f"Please say in one line of 10 to {LONGEST_DESCRIPTION} characters what it does."


def _instructions(body: Mapping[str, Any]) -> str | None:
    length = len(body["instructions"])
    if SHORTEST_INSTRUCTIONS <= length <= LONGEST_INSTRUCTIONS:
        return None
    return (
        f"Please use {SHORTEST_INSTRUCTIONS} to {LONGEST_INSTRUCTIONS:,} characters; "
        f"these are {length:,}."
    )


def _topics(body: Mapping[str, Any]) -> str | None:
    topics = body["topics"]
    if len(topics) > MOST_TOPICS or any(not 2 <= len(each) <= LONGEST_TOPIC for each in topics):
        return f"Please name at most {MOST_TOPICS} topics of 2 to {LONGEST_TOPIC} characters."
    if any(not re.search(r"\w", each) for each in topics):
        return "A topic needs a letter or a digit in it."
    return None


def _examples(body: Mapping[str, Any]) -> str | None:
    examples = body["examples"]
    if len(examples) > MOST_EXAMPLES or any(len(each) > LONGEST_EXAMPLE for each in examples):
        return f"Please give at most {MOST_EXAMPLES} examples of {LONGEST_EXAMPLE} characters each."
    return None


def _tools(body: Mapping[str, Any]) -> str | None:
    named = [*(body["tools"] or []), *body["policies"]]
    if all(_TOOL.fullmatch(tool) for tool in named):
        return None
    return "One of these is not the name of a tool."


def _persons(body: Mapping[str, Any]) -> str | None:
    persons = body["persons"]
    if body["open_to"] == "listed" and not persons:
        return "Please pick the persons who may ask it."
    if len(persons) > MOST_PERSONS or not all(_PERSON.fullmatch(each) for each in persons):
        return f"Please pick at most {MOST_PERSONS} persons of this workspace."
    return None


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], str | None]] = {
    "name": _name,
    "icon_emoji": _icon,
    "role": _role,
    "description": _description,
    "instructions": _instructions,
    "also": _also,
    "topics": _topics,
    "examples": _examples,
    "tools": _tools,
    "persons": _persons,
}
