"""`/aegis word …`: a table from the word to what it does."""

from collections.abc import Awaitable, Callable, Mapping
from difflib import get_close_matches
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.knowledge.list_documents import list_documents
from core.knowledge.model import Asker
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.agents import agents_list
from handlers.blocks.documents import documents_list
from handlers.blocks.help import help_page, unknown_subcommand
from handlers.blocks.rendered import Rendered
from handlers.commands.admitting import admitted
from handlers.commands.typed import Command, read_command, respond

Effect = Callable[[Services, Command, Person], Awaitable[Rendered]]


def register(app: AsyncApp, services: Services) -> None:
    @app.command("/aegis")
    async def aegis(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await admitted(services, read_command(command, context), _aegis)


async def _aegis(services: Services, command: Command, person: Person) -> None:
    word = (command.words or ("help",))[0].lower()
    effect = SUBCOMMANDS.get(word)
    if effect is None:
        nearest = get_close_matches(word, SUBCOMMANDS, n=1, cutoff=0.4)
        words = unknown_subcommand(word, nearest[0] if nearest else None)
    else:
        words = await effect(services, command, person)
    await respond(services, command, words)


async def _help(services: Services, command: Command, person: Person) -> Rendered:
    return help_page(services.staff.roster)


async def _agents(services: Services, command: Command, person: Person) -> Rendered:
    return agents_list(services.staff.roster)


async def _kb(services: Services, command: Command, person: Person) -> Rendered:
    asker = Asker(command.person_id, private=True)  # the list is shown to that person alone
    return documents_list(await list_documents(command.tenant, asker=asker))


SUBCOMMANDS: Mapping[str, Effect] = {"help": _help, "agents": _agents, "kb": _kb}
