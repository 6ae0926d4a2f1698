"""Answer in words: through the outbox, under the event's own key, so a retry says nothing twice."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.audit import record as audit
from core.conversations.model import Outgoing
from core.conversations.outbox import post
from core.kernel.errors import DomainError
from core.services import Services
from core.tenancy.model import Person
from core.tenancy.recognize_person import recognize_person
from handlers.blocks.refusals import explained as explained_words
from handlers.blocks.refusals import refused
from handlers.blocks.rendered import Rendered
from handlers.hearing import Heard

log = logging.getLogger(__name__)


async def reply(
    services: Services,
    heard: Heard,
    words: Rendered,
    *,
    part: str = "reply",
    is_last: bool = True,
    only_for: str | None = None,
) -> None:
    """Post into the message's thread; *is_last* completes the event in the same commit."""
    message = Outgoing(
        heard.channel, words.text, heard.place.thread_ts, tuple(words.blocks), only_for
    )
    await post(
        heard.tenant,
        services.staff.messenger,
        message,
        key=f"{part}:{heard.inbox.event_id}",
        completes=heard.inbox.id if is_last else None,
    )


@asynccontextmanager
async def explained(services: Services, heard: Heard, part: str = "error") -> AsyncIterator[None]:
    """Turn what a person can understand into a reply. Anything else is the worker's: a retry."""
    try:
        yield
    except DomainError as error:
        log.info("explained to the person", exc_info=error)
        await reply(services, heard, explained_words(str(error)), part=part)


async def may_ask(services: Services, heard: Heard) -> bool:
    """Whether this person may ask; if not, they have been told, and nothing was looked up."""
    person = await recognize_person(
        heard.tenant, services.directory, heard.person_id, home_team=heard.home_team
    )
    if person.may_ask:
        return True
    await _refuse(services, heard, person)
    return False


async def _refuse(services: Services, heard: Heard, person: Person) -> None:
    async with heard.tenant.db.transaction() as tx:
        await audit.record(
            tx,
            "conversations:turn:ask",
            heard.person_id or "unknown",
            outcome="refused",
            reference=heard.inbox.event_id,
            arguments=heard.tenant.fingerprint(heard.text),
            standing=person.standing,
        )
    if person.standing in ("bot", "gone"):
        return
    # In a channel only the person sees it: being refused is nobody else's business.
    only_for = None if heard.private else heard.person_id
    await reply(services, heard, refused(person.standing), only_for=only_for)
