"""`/aegis audit …`: the words a person types, read as a filter of the log."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Literal, get_args

from core.agents.model import Roster
from core.audit.model import LogFilter
from core.kernel.errors import Invalid

Name = Literal["agent", "person", "action", "since"]
NAMES: tuple[Name, ...] = get_args(Name)

MOST_WORDS = 20
LONGEST_TYPED = 300  # characters
LONGEST_SPAN = timedelta(days=3650)
# Who acts without being a person of the workspace (docs/audit-actions.md).
OTHER_ACTORS = ("operator", "retention")

_PERSON = re.compile(r"@?([UW][A-Z0-9]{2,30})")
_ACTION = re.compile(r"[a-z][a-z_]{0,40}(?::[a-z][a-z_]{0,40}){0,2}")
_SPAN = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}


class Unreadable(Invalid):
    """The words are no filter. *about* is the part of them that is not, cleaned to be shown."""

    def __init__(self, words: str, about: str = "") -> None:
        super().__init__(words)
        self.about = shown(about)


@dataclass(frozen=True, slots=True)
class _Asker:
    """What a word may mean depends on who asks, among which agents, and when."""

    person_id: str
    roster: Roster
    now: datetime


def read_filter(typed: str, *, person_id: str, roster: Roster, now: datetime) -> LogFilter:
    """The filter in *typed*, in whatever order its words came. Raises Unreadable."""
    if len(typed) > LONGEST_TYPED or len(typed.split()) > MOST_WORDS:
        raise Unreadable("That is more than I can read as a filter.")
    asker = _Asker(person_id, roster, now)
    wanted = LogFilter()
    for name, value in _pairs(typed, roster):
        if getattr(wanted, name) is not None:
            raise Unreadable("I can look for one at a time, and this came twice:", f"{name}:")
        wanted = _with(wanted, name, value, asker)
    return wanted


def shown(typed: str) -> str:
    """Something typed, fit to be repeated inside code: plain letters, and not many of them."""
    return re.sub(r"[^A-Za-z0-9_.:@-]", "", typed)[:40]


def _pairs(typed: str, roster: Roster) -> list[tuple[Name, str]]:
    """(name of the filter, its value). An agent may have a name of several words, and a space
    after the colon does no harm."""
    words, found = re.sub(r":\s+", ":", typed).split(), list[tuple[Name, str]]()
    while words:
        word = words.pop(0)
        name, value = _pair(word, roster)
        if name == "agent":
            value, words = _longest(value, words, roster)
        found.append((name, value))
    return found


def _longest(value: str, words: list[str], roster: Roster) -> tuple[str, list[str]]:
    """As many of the next words as still make the name of an agent."""
    for count in range(min(len(words), 4), 0, -1):
        longer = " ".join([value, *words[:count]])
        if roster.find(longer):
            return longer, words[count:]
    return value, words


def _pair(word: str, roster: Roster) -> tuple[Name, str]:
    name, colon, value = word.partition(":")
    if colon:
        known = next((known for known in NAMES if known == name.lower()), None)
        if known is None:
            raise _unknown(word, name)
        if not value:
            raise Unreadable("There is nothing after the colon of", f"{known}:")
        return known, value
    if _is_time(word):
        return "since", word
    if _PERSON.fullmatch(word):
        return "person", word
    if roster.find(word.removeprefix("@")):
        return "agent", word
    raise _unknown(word, word)


def _unknown(word: str, name: str) -> Unreadable:
    nearest = get_close_matches(name.lower(), NAMES, n=1, cutoff=0.6)
    hint = f" (did you mean `{nearest[0]}:`?)" if nearest else ""
    return Unreadable(f"That is not a filter I know{hint}:", word)


def _with(wanted: LogFilter, name: Name, value: str, asker: _Asker) -> LogFilter:
    if name == "agent":
        return replace(wanted, agent=_agent(value, asker.roster))
    if name == "person":
        return replace(wanted, person=_person(value, asker.person_id))
    if name == "action":
        return replace(wanted, action=_action(value))
    return replace(wanted, since=read_moment(value, asker.now))


def _agent(value: str, roster: Roster) -> str:
    agent = roster.find(value.removeprefix("@"))
    if agent is None:
        names = ", ".join(one.name for one in roster)
        raise Unreadable(f"No agent goes by that name. There are {names}:", value)
    return agent.key


def _person(value: str, asker: str) -> str:
    if value.lower() == "me":
        return asker
    if value.lower() in OTHER_ACTORS:
        return value.lower()
    match = _PERSON.fullmatch(value)
    if match is None:
        raise Unreadable(
            "I know people by their mention. Type @ and pick the person from Slack's list:", value
        )
    return match[1]


def _action(value: str) -> str:
    if not _ACTION.fullmatch(value.lower().rstrip(":")):
        raise Unreadable("An action looks like knowledge or knowledge:document:share:", value)
    return value.lower().rstrip(":")


def _is_time(word: str) -> bool:
    low = word.lower()
    return low in ("today", "yesterday") or bool(_SPAN.fullmatch(low) or _DATE.fullmatch(low))


def read_moment(value: str, now: datetime) -> datetime:
    """A day that has been, or so long ago. Raises Unreadable."""
    low, midnight = value.lower(), now.replace(hour=0, minute=0, second=0, microsecond=0)
    if low in ("today", "yesterday"):
        return midnight - timedelta(days=low == "yesterday")
    if span := _SPAN.fullmatch(low):
        length = timedelta(hours=int(span[1]) * _HOURS[span[2]])
        if length <= LONGEST_SPAN:
            return now - length
    elif _DATE.fullmatch(low):
        day = _day(low)
        if day is not None and day <= now:
            return day
        raise Unreadable("That is not a day that has been:", value)
    raise Unreadable("A time looks like today, 7d, 24h or 2026-11-01:", value)


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
