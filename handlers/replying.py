"""Answer in words: through the outbox, under the key of the message or the command. Neither a retry
nor the second event of the same text says anything twice."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from core.conversations.model import Outgoing
from core.conversations.notices.tell_person import tell_person
from core.conversations.outbox import respond
from core.conversations.ports import CannotPost
from core.conversations.turns.abandon_turn import abandon_turn
from core.db.tenant import TenantContext
from core.kernel.errors import Disconnected, DomainError, Refused
from core.services import Services
from core.tenancy.model import Person
from core.tenancy.recognize_person import FRESH_SECONDS
from handlers.admitting import Request, recognize
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
    """Post into the message's thread, or directly where that is closed to us; *is_last* completes
    the event in the same commit."""
    message = Outgoing(
        heard.channel, words.text, heard.place.thread_ts, tuple(words.blocks), only_for
    )
    await tell_person(
        heard.tenant,
        services.staff.messenger,
        message,
        heard.person_id,
        key=f"{part}:{heard.key}",
        completes=heard.inbox.id if is_last else None,
    )


async def answer_privately(
    services: Services,
    tenant: TenantContext,
    words: Rendered,
    *,
    response_url: str,
    person_id: str,
    key: str,
) -> None:
    """Answer a command or a click for its person alone: at the address it came with, and where that
    is missing or used up, directly."""
    messenger = services.staff.messenger
    message = Outgoing("", words.text, blocks=tuple(words.blocks))
    if response_url and await respond(tenant, messenger, response_url, message, key=key):
        return
    if not person_id:
        return
    try:
        channel = await messenger.open_direct(tenant, person_id)
    except CannotPost as closed:
        # A bot, somebody who has left, or nobody at all: there is nowhere to say it.
        log.info("a person could not be told", extra={"reason": closed.reason})
        return
    direct = replace(message, channel=channel)
    await tell_person(tenant, messenger, direct, person_id, key=f"{key}:private")


async def answer_press(
    services: Services,
    request: Request,
    effect: Callable[[Person], Awaitable[Rendered | None]],
    *,
    response_url: str,
    fresh_seconds: float = FRESH_SECONDS,
) -> None:
    """Have *effect* of a button or a form: its person is held to the same checks as a message's
    author. What there is to say, also of what goes wrong, they alone read."""
    try:
        person = await recognize(services, request, fresh_seconds=fresh_seconds)
        if not person.may_ask:
            raise Refused(refused(person.standing).text)
        words = await effect(person)
    except DomainError as error:
        words = explained_words(str(error))
    if words is not None:
        await answer_privately(
            services,
            request.tenant,
            words,
            response_url=response_url,
            person_id=request.person_id,
            key=f"respond:{request.reference}",
        )


@asynccontextmanager
async def explained(services: Services, heard: Heard, part: str = "error") -> AsyncIterator[None]:
    """Turn what a person can understand into a reply. Anything else is the worker's: a retry.

    The turn ends with it, so that the second event of the same text does not answer after all.
    """
    try:
        yield
    except Disconnected:
        raise  # tried again: by itself, or when a word can arrive at all
    except DomainError as error:
        log.info("explained to the person", exc_info=error)
        await abandon_turn(heard.tenant, services.staff, heard.key, "explained")
        await reply(services, heard, explained_words(str(error)), part=part)


async def may_ask(services: Services, heard: Heard) -> bool:
    """Whether this person may ask; if not, they have been told, and nothing was looked up."""
    person = await recognize(services, _request(heard))
    if person.may_ask:
        return True
    # To a bot nothing is said: it might answer. And who has no id cannot be told alone.
    if person.person_id and person.standing not in ("bot", "gone"):
        # In a channel only the person sees it: being refused is nobody else's business.
        only_for = None if heard.private else heard.person_id
        await reply(services, heard, refused(person.standing), only_for=only_for)
    return False


def _request(heard: Heard) -> Request:
    return Request(
        tenant=heard.tenant,
        person_id=heard.person_id,
        home_team=heard.home_team,
        action="conversations:turn:ask",
        reference=heard.key,
        arguments=heard.tenant.fingerprint(heard.text),
    )
