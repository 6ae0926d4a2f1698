"""`/aegis word …`: a table from the word to what it does, and for whom."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.audit.read_log import ACTION as AUDIT
from core.knowledge.list_documents import list_documents
from core.knowledge.model import Asker
from core.lifecycle.privacy.review_data import ACTION as PRIVACY
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.agents import agents_list
from handlers.blocks.documents import documents_list
from handlers.blocks.help import help_page, unknown_subcommand
from handlers.blocks.refusals import admins_only, refused
from handlers.blocks.rendered import Rendered
from handlers.commands.admitting import admitted, recognize_admin, refuse
from handlers.commands.audit import show_audit
from handlers.commands.isolation import show_isolation
from handlers.commands.privacy import privacy
from handlers.commands.typed import Command, read_command, respond

Effect = Callable[[Services, Command, Person], Awaitable[Rendered]]


@dataclass(frozen=True, slots=True)
class Subcommand:
    """What a word does. With *admins_only* it is for admins and owners, and a refusal is a row of
    that action."""

    effect: Effect
    admins_only: str | None = None


def register(app: AsyncApp, services: Services) -> None:
    @app.command("/aegis")
    async def aegis(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await admitted(services, read_command(command, context), _aegis)


async def _aegis(services: Services, command: Command, person: Person) -> None:
    word = (command.words or ("help",))[0].lower()
    found = SUBCOMMANDS.get(word)
    if found is None:
        nearest = get_close_matches(word, SUBCOMMANDS, n=1, cutoff=0.4)
        words = unknown_subcommand(word, nearest[0] if nearest else None)
    elif found.admins_only:
        words = await _for_admins(services, command, word, found)
    else:
        words = await found.effect(services, command, person)
    await respond(services, command, words)


async def _for_admins(
    services: Services, command: Command, word: str, found: Subcommand
) -> Rendered:
    person = await recognize_admin(services, command)
    if person.may_administer:
        return await found.effect(services, command, person)
    assert found.admins_only
    if not person.may_ask:
        return refused(person.standing)
    await refuse(command, person, found.admins_only)
    return admins_only(word)


async def _help(services: Services, command: Command, person: Person) -> Rendered:
    return help_page(services.staff.roster, for_admin=person.may_administer)


async def _agents(services: Services, command: Command, person: Person) -> Rendered:
    return agents_list(services.staff.roster)


async def _kb(services: Services, command: Command, person: Person) -> Rendered:
    asker = Asker(command.person_id, private=True)  # the list is shown to that person alone
    return documents_list(await list_documents(command.tenant, asker=asker))


SUBCOMMANDS: Mapping[str, Subcommand] = {
    "help": Subcommand(_help),
    "agents": Subcommand(_agents),
    "kb": Subcommand(_kb),
    "isolation": Subcommand(show_isolation),
    "audit": Subcommand(show_audit, admins_only=AUDIT),
    "privacy": Subcommand(privacy, admins_only=PRIVACY),
}
