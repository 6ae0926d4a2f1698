"""Who may have a command carried out, and in what words it is told when it went wrong."""

from collections.abc import Awaitable, Callable

from core.kernel.errors import DomainError
from core.services import Services
from core.tenancy.model import Person
from handlers.admitting import Request, note_refusal, recognize
from handlers.blocks.refusals import explained, refused
from handlers.commands.typed import Command, respond

Act = Callable[[Services, Command, Person], Awaitable[None]]

ACTION = "conversations:command:run"


async def admitted(services: Services, command: Command, act: Act) -> None:
    """Who may not ask may not command either; what goes wrong in words is told in words."""
    try:
        person = await recognize(services, _request(command, ACTION))
        if person.may_ask:
            await act(services, command, person)
        else:
            await respond(services, command, refused(person.standing))
    except DomainError as error:
        await respond(services, command, explained(str(error)))


async def recognize_admin(services: Services, command: Command) -> Person:
    """Who this is to the workspace now: an admin of five minutes ago is perhaps none any more."""
    return await recognize(services, _request(command, ACTION), fresh_seconds=0)


async def refuse(command: Command, person: Person, action: str) -> None:
    """Note that a member tried what is not theirs to do."""
    await note_refusal(_request(command, action), person)


def _request(command: Command, action: str) -> Request:
    return Request(
        tenant=command.tenant,
        person_id=command.person_id,
        home_team=command.home_team,
        action=action,
        reference=command.inbox.event_id,
    )
