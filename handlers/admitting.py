"""Who may have something of us. One check for messages, commands, clicks and Stop alike."""

from dataclasses import dataclass

from core.audit import record as audit
from core.db.tenant import TenantContext
from core.services import Services
from core.tenancy.model import Person
from core.tenancy.recognize_person import FRESH_SECONDS, recognize_person


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants something. *action* and *reference* name it in the log, should it be refused.

    *home_team* is the team that the payload names for the person, if it does.
    """

    tenant: TenantContext
    person_id: str
    home_team: str | None
    action: str
    reference: str
    arguments: str = ""


def press_request(
    tenant: TenantContext, person_id: str, home_team: str | None, *, reference: str, value: str
) -> Request:
    """Of a button that carries *value*, or of what is filled in and sent."""
    return Request(
        tenant,
        person_id,
        home_team,
        action="conversations:button:press",
        reference=reference,
        arguments=tenant.fingerprint(value),
    )


async def recognize(
    services: Services, request: Request, *, fresh_seconds: float = FRESH_SECONDS
) -> Person:
    """Who asks. If they may not, a row of the log says so, once however often it is tried; what to
    tell them is the caller's, who looks at `may_ask`."""
    person = await recognize_person(
        request.tenant,
        services.directory,
        request.person_id,
        home_team=request.home_team,
        fresh_seconds=fresh_seconds,
    )
    if not person.may_ask:
        await note_refusal(request, person)
    return person


async def note_refusal(request: Request, person: Person) -> None:
    """Somebody tried what is not theirs to do: a row of it, before they are told."""
    async with request.tenant.db.transaction() as tx:
        if await audit.is_recorded(tx, request.action, "refused", request.reference):
            return
        await audit.record(
            tx,
            request.action,
            person.person_id or "unknown",
            outcome="refused",
            reference=request.reference,
            arguments=request.arguments,
            standing=person.standing,
        )
