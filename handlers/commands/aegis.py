"""`/aegis word …`: a table from the word to what it does, and for whom."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.agents.load_roster import load_roster_for
from core.agents.policies.set_policy import ACTION as POLICY
from core.audit.read_log import ACTION as AUDIT
from core.connections.mcp.change_servers import ADD as ADD_SERVER
from core.conversations.gaps.list_gaps import ACTION as GAPS
from core.conversations.review.list_ratings import ACTION as RATINGS
from core.lifecycle.privacy.review_data import ACTION as PRIVACY
from core.services import Services
from core.tenancy.model import Person
from handlers.agents.command import agents
from handlers.answers.gaps import show_gaps, show_own
from handlers.answers.judging import show_ratings
from handlers.blocks.help import help_page, unknown_subcommand
from handlers.blocks.refusals import admins_only, refused
from handlers.blocks.rendered import Rendered
from handlers.commands.admitting import admitted, recognize_admin, refuse
from handlers.commands.audit import show_audit
from handlers.commands.budgets.budget import budget
from handlers.commands.isolation import show_isolation
from handlers.commands.privacy import privacy
from handlers.commands.typed import Command, read_command, respond
from handlers.knowledge.command import WORDS as KB_WORDS
from handlers.knowledge.command import knowledge_base
from handlers.memory.command import memory
from handlers.policies.command import policy
from handlers.servers.command import servers

Effect = Callable[[Services, Command, Person], Awaitable[Rendered | None]]


@dataclass(frozen=True, slots=True)
class Subcommand:
    """What a word does, and the words that come of it, if no window opens instead. With *admins_only*
    it is for admins and owners, and a refusal is a row of that action; *for_members* is what others
    get of the bare word in place of a refusal."""

    effect: Effect
    admins_only: str | None = None
    for_members: Effect | None = None


def register(app: AsyncApp, services: Services) -> None:
    @app.command("/aegis")
    async def aegis(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await admitted(services, read_command(command, context), _aegis)


async def _aegis(services: Services, command: Command, person: Person) -> None:
    word = (command.words or ("help",))[0].lower()
    words: Rendered | None
    found = SUBCOMMANDS.get(" ".join(command.words[:2]).lower()) or SUBCOMMANDS.get(word)
    if found is None:
        words = unknown_subcommand(word, _nearest(word))
    elif found.admins_only:
        words = await _for_admins(services, command, word, found)
    else:
        words = await found.effect(services, command, person)
    if words is not None:
        await respond(services, command, words)


def _nearest(word: str) -> str | None:
    """Also one that was typed without the `kb` before it."""
    if word in KB_WORDS:
        return f"kb {word}"
    nearest = get_close_matches(word, SUBCOMMANDS, n=1, cutoff=0.4)
    return nearest[0] if nearest else None


async def _for_admins(
    services: Services, command: Command, word: str, found: Subcommand
) -> Rendered | None:
    person = await recognize_admin(services, command)
    if person.may_administer:
        return await found.effect(services, command, person)
    assert found.admins_only
    if not person.may_ask:
        return refused(person.standing)
    if found.for_members and len(command.words) == 1:
        return await found.for_members(services, command, person)
    await refuse(command, person, found.admins_only)
    return admins_only(word)


async def _help(services: Services, command: Command, person: Person) -> Rendered:
    roster, chooser = await load_roster_for(command.tenant, person.person_id)
    return help_page(roster, chooser, for_admin=person.may_administer)


SUBCOMMANDS: Mapping[str, Subcommand] = {
    "help": Subcommand(_help),
    "agents": Subcommand(agents),
    "kb": Subcommand(knowledge_base),
    "memory": Subcommand(memory),
    "budget": Subcommand(budget),
    "isolation": Subcommand(show_isolation),
    "audit": Subcommand(show_audit, admins_only=AUDIT),
    "policy": Subcommand(policy, admins_only=POLICY),
    "mcp": Subcommand(servers, admins_only=ADD_SERVER),
    "privacy": Subcommand(privacy, admins_only=PRIVACY, for_members=memory),
    "privacy memory": Subcommand(memory),  # what is about oneself is everybody's to look at
    "gaps": Subcommand(show_gaps, admins_only=GAPS, for_members=show_own),
    "feedback": Subcommand(show_ratings, admins_only=RATINGS),
}
