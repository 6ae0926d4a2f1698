"""Who may have a command carried out, and in what words it is told when it went wrong."""

from collections.abc import Awaitable, Callable

from core.audit import record as audit
from core.kernel.errors import DomainError
from core.services import Services
from core.tenancy.model import Person
from core.tenancy.recognize_person import recognize_person
from handlers.blocks.refusals import explained, refused
from handlers.commands.typed import Command, respond

Act = Callable[[Services, Command, Person], Awaitable[None]]


async def admitted(services: Services, command: Command, act: Act) -> None:
    """Who may not ask may not command either; what goes wrong in words is told in words."""
    try:
        person = await recognize_person(
            command.tenant, services.directory, command.person_id, home_team=None
        )
        if person.may_ask:
            await act(services, command, person)
        else:
            await respond(services, command, refused(person.standing))
    except DomainError as error:
        await respond(services, command, explained(str(error)))


async def recognize_admin(services: Services, command: Command) -> Person:
    """Who this is to the workspace now: an admin of five minutes ago is perhaps none any more."""
    return await recognize_person(
        command.tenant,
        services.directory,
        command.person_id,
        home_team=None,
        fresh_seconds=0,
    )


async def note_refusal(command: Command, person: Person, action: str) -> None:
    """Somebody tried what is not theirs to do: a row of it, before they are told."""
    async with command.tenant.db.transaction() as tx:
        await audit.record(
            tx,
            action,
            person.person_id,
            outcome="refused",
            reference=command.inbox.event_id,
            standing=person.standing,
        )
