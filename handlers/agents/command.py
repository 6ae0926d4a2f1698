"""`/aegis agents …`: who is on the staff, and for admins what can be done with it."""

from difflib import get_close_matches

from core.agents.load_roster import load_roster_for
from core.agents.model import COMPANY, Agent, Chooser, Roster
from core.services import Services
from core.tenancy.model import Person
from handlers.agents.acts import ACTS, Wanted
from handlers.agents.home import show_home
from handlers.agents.models import models
from handlers.blocks.agents import lists
from handlers.blocks.refusals import admins_only
from handlers.blocks.rendered import Rendered
from handlers.commands.admitting import recognize_admin, refuse
from handlers.commands.filters import shown
from handlers.commands.typed import Command

WORDS = ("help", "show", "models", *ACTS)
NAMES_NOBODY = ("new", COMPANY)
NUMBERS = {"diff": 2, "restore": 1}


async def agents(services: Services, command: Command, person: Person) -> Rendered | None:
    """What the second word says, or the list."""
    roster, chooser = await load_roster_for(command.tenant, person.person_id)
    words = command.words[1:]
    if not words:
        for_admin = chooser.administers
        return lists.agents_list(roster, roster.open_to(chooser), for_admin=for_admin)
    word, rest = words[0].lower(), list(words[1:])
    if word == "help" or (word in WORDS and rest == ["help"]):
        return lists.agents_help() if word == "help" else lists.usage_of(word)
    if word == "show":
        return _show(roster, chooser, rest)
    if word == "models":
        return await models(services, command, rest)
    if word in ACTS:
        return await _act(services, command, roster, word, rest)
    nearest = get_close_matches(word, WORDS, n=1, cutoff=0.5)
    return lists.agents_help(unknown=shown(word), nearest=nearest[0] if nearest else "")


def _show(roster: Roster, chooser: Chooser, rest: list[str]) -> Rendered:
    if not rest:
        return lists.usage_of("show")
    agent = roster.find(" ".join(rest))
    if agent is None or not agent.is_open_to(chooser):
        return _unknown(roster, chooser, rest)
    return lists.agent_page(agent, for_admin=chooser.administers)


async def _act(
    services: Services, command: Command, roster: Roster, word: str, rest: list[str]
) -> Rendered | None:
    act = ACTS[word]
    person = await recognize_admin(services, command)
    if not person.may_administer:
        await refuse(command, person, act.action)
        return admins_only(f"agents {word}")
    numbers = _numbers(rest, NUMBERS.get(word, 0))
    if word not in NAMES_NOBODY and not rest:
        return lists.usage_of(word)
    found = _named(roster, word, rest)
    if found is None:
        return _unknown(roster, Chooser(person.person_id, administers=True), rest)
    words = await act.effect(
        services,
        Wanted(
            command.tenant,
            person.person_id,
            command.inbox.event_id,
            command.trigger_id,
            found,
            numbers,
        ),
    )
    await show_home(services, command.tenant, person.person_id)
    return words


def _named(roster: Roster, word: str, rest: list[str]) -> str | None:
    """The key of what is meant; empty where the word needs none."""
    if word in NAMES_NOBODY:
        return ""
    name = " ".join(rest)
    if name.lower() == COMPANY and word in ("versions", "diff", "restore"):
        return COMPANY
    agent: Agent | None = roster.find(name)
    return agent.key if agent else None


def _numbers(rest: list[str], most: int) -> tuple[int, ...]:
    """The numbers at the end, taken off: `finance 1 2`, `finance v3`."""
    found: list[int] = []
    while rest and len(found) < most:
        number = rest[-1].lower().removeprefix("v")
        if not (number.isascii() and number.isdigit() and len(number) < 7):
            break
        found.insert(0, int(number))
        rest.pop()
    return tuple(found)


def _unknown(roster: Roster, chooser: Chooser, rest: list[str]) -> Rendered:
    mine = roster.everyone if chooser.administers else roster.open_to(chooser)
    by_word = {word: agent.name for agent in mine for word in agent.words() if word != agent.key}
    typed = " ".join(rest)
    nearest = get_close_matches(typed.lower(), by_word, n=1, cutoff=0.5)
    return lists.no_such_agent(
        shown(typed), by_word[nearest[0]] if nearest else "", (agent.name for agent in mine)
    )
