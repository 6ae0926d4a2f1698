"""What stands below a file that was read: keep it, share it with a channel or with the workspace, or
forget it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.conversations.files.accept_file import outcome_key
from core.conversations.model import Outgoing
from core.conversations.ports import CannotPost
from core.conversations.show_card import find_card, keep_card, show_card
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.jobs.model import InboxEvent
from core.kernel.errors import DomainError, Refused
from core.knowledge.access.find_own import find_own
from core.knowledge.access.give_to_channel import give_to_channel
from core.knowledge.forget_document import forget_document
from core.knowledge.model import Document
from core.knowledge.share_document import share_document
from core.services import Services
from core.tenancy.model import Person
from core.tenancy.recognize_person import FRESH_SECONDS
from handlers.admitting import Request, press_request, recognize
from handlers.blocks.knowledge import (
    CHANNEL,
    FORGET,
    KEEP,
    SHARE,
    file_forgotten,
    file_given,
    file_kept,
    file_shared,
)
from handlers.blocks.refusals import explained, refused
from handlers.blocks.rendered import Rendered
from handlers.replying import answer_privately


@dataclass(frozen=True, slots=True)
class Click:
    """A button pressed, or something *picked* in a menu: by whom, on which message, for which document."""

    tenant: TenantContext
    inbox: InboxEvent
    person_id: str
    home_team: str | None
    channel: str
    message_ts: str
    value: str
    response_url: str
    picked: str = ""

    @property
    def key(self) -> str:
        """Of the row that says what came of it."""
        return f"press:{self.inbox.event_id}"

    def card(self, words: Rendered) -> Outgoing:
        return Outgoing(self.channel, words.text, blocks=tuple(words.blocks))

    @property
    def request(self) -> Request:
        return press_request(
            self.tenant,
            self.person_id,
            self.home_team,
            reference=self.inbox.event_id,
            value=self.value,
        )


# What a button does; it keeps what its card says then, in the same commit.
Effect = Callable[[Click, Person], Awaitable[None]]


def register(app: AsyncApp, services: Services) -> None:
    @app.action(SHARE)
    async def share(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press_card(services, read_click(body, context), _share, fresh_seconds=0)

    @app.action(KEEP)
    async def keep(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press_card(services, read_click(body, context), _keep)

    @app.action(CHANNEL)
    async def give(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        click = read_click(body, context)
        await press_card(services, click, partial(_give, services), fresh_seconds=0)

    @app.action(FORGET)
    async def forget(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press_card(services, read_click(body, context), _forget)


async def press_card(
    services: Services, click: Click, effect: Effect, *, fresh_seconds: float = FRESH_SECONDS
) -> None:
    """Check the person like a message's author, do it once, and say the outcome on the card."""
    if await find_card(click.tenant, click.key) is None:
        try:
            person = await recognize(services, click.request, fresh_seconds=fresh_seconds)
            if not person.may_ask:
                raise Refused(refused(person.standing).text)
            await effect(click, person)
        except DomainError as error:
            return await answer_click(services, click, explained(str(error)))
    card = await find_card(click.tenant, click.key)
    assert card is not None, "an effect keeps what its card says"
    try:
        await show_card(
            click.tenant, services.staff.messenger, click.message_ts, card, key=click.key
        )
    except CannotPost:
        # It was done all the same, and that is what they hear.
        await answer_click(services, click, Rendered(card.text, list(card.blocks)))


async def answer_click(services: Services, click: Click, words: Rendered) -> None:
    """For the person alone who has pressed."""
    await answer_privately(
        services,
        click.tenant,
        words,
        response_url=click.response_url,
        person_id=click.person_id,
        key=f"respond:{click.inbox.event_id}",
    )


async def _share(click: Click, person: Person) -> None:
    async def keep(tx: Tx, document: Document, replaces: bool) -> None:
        await keep_card(tx, click.key, click.card(file_shared(document.title, replaces=replaces)))

    await share_document(
        click.tenant,
        document_id=click.value,
        person_id=click.person_id,
        may_replace_any=person.may_administer,
        also=keep,
    )


async def _keep(click: Click, person: Person) -> None:
    document = await find_own(click.tenant, document_id=click.value, person_id=click.person_id)
    async with click.tenant.db.transaction() as tx:
        card = click.card(file_kept(document.document_id, document.title))
        await keep_card(tx, click.key, card)


async def _give(services: Services, click: Click, person: Person) -> None:
    async def keep(tx: Tx, document: Document, replaces: bool) -> None:
        card = click.card(file_given(document.title, click.picked, replaces=replaces))
        await keep_card(tx, click.key, card)

    await give_to_channel(
        click.tenant,
        services.staff.readers,
        document_id=click.value,
        person_id=click.person_id,
        channel_id=click.picked,
        may_replace_any=person.may_administer,
        also=keep,
    )


async def _forget(click: Click, person: Person) -> None:
    async def keep(tx: Tx, document: Document) -> None:
        card = click.card(file_forgotten(document.title))
        await keep_card(tx, click.key, card)
        # Where its task is still to come, it finds that this is the end of it.
        await keep_card(tx, outcome_key(document.document_id), card)

    await forget_document(
        click.tenant, document_id=click.value, person_id=click.person_id, also=keep
    )


def read_click(body: dict[str, Any], context: AsyncBoltContext) -> Click:
    user, container = body.get("user") or {}, body.get("container") or {}
    channel = body.get("channel") or {}
    message, action = body.get("message") or {}, (body.get("actions") or [{}])[0]
    # A menu carries no value of its own: its block is named after the document.
    _, _, named = str(action.get("block_id") or "").partition(":")
    return Click(
        tenant=context["tenant"],
        inbox=context["inbox_event"],
        person_id=str(user.get("id") or ""),
        home_team=user.get("team_id"),
        channel=str(channel.get("id") or container.get("channel_id") or ""),
        message_ts=str(container.get("message_ts") or message.get("ts") or ""),
        value=str(action.get("value") or named),
        response_url=str(body.get("response_url") or ""),
        picked=str(action.get("selected_conversation") or ""),
    )
