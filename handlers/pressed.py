"""A button pressed, a menu or a shortcut used, a form sent: who, where, and on what; and what is said of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncBoltContext

from core.conversations.model import Outgoing
from core.conversations.ports import CannotPost
from core.conversations.show_card import find_card, show_card
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.kernel.errors import DomainError, Refused
from core.services import Services
from core.tenancy.model import Person
from core.tenancy.recognize_person import FRESH_SECONDS
from handlers.admitting import Request, press_request, recognize
from handlers.blocks.refusals import explained, refused
from handlers.blocks.rendered import Rendered
from handlers.replying import answer_press, answer_privately


@dataclass(frozen=True, slots=True)
class Pressed:
    """*value* is what the button carries; else what its block is named after, or the message's ts.
    *picked* is the conversation that was chosen in a menu."""

    tenant: TenantContext
    inbox: InboxEvent
    person_id: str
    home_team: str | None
    channel: str
    message_ts: str
    value: str
    response_url: str
    trigger_id: str = ""
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


# What is done for that person, and what there is to say then.
Effect = Callable[[Services, Pressed, Person], Awaitable[Rendered | None]]
# What a button on a card does; it keeps what its card says then, in the same commit.
CardEffect = Callable[[Pressed, Person], Awaitable[None]]


async def press(
    services: Services, pressed: Pressed, effect: Effect, *, fresh_seconds: float = FRESH_SECONDS
) -> None:
    """Have *effect* done, and its words said to the person alone."""
    await answer_press(
        services,
        pressed.request,
        partial(effect, services, pressed),
        response_url=pressed.response_url,
        fresh_seconds=fresh_seconds,
    )


async def press_card(
    services: Services,
    pressed: Pressed,
    effect: CardEffect,
    *,
    fresh_seconds: float = FRESH_SECONDS,
) -> None:
    """Check the person like a message's author, do it once, and say the outcome on the card."""
    if await find_card(pressed.tenant, pressed.key) is None:
        try:
            person = await recognize(services, pressed.request, fresh_seconds=fresh_seconds)
            if not person.may_ask:
                raise Refused(refused(person.standing).text)
            await effect(pressed, person)
        except DomainError as error:
            return await answer_pressed(services, pressed, explained(str(error)))
    card = await find_card(pressed.tenant, pressed.key)
    assert card is not None, "an effect keeps what its card says"
    try:
        await show_card(
            pressed.tenant, services.staff.messenger, pressed.message_ts, card, key=pressed.key
        )
    except CannotPost:
        # It was done all the same, and that is what they hear.
        await answer_pressed(services, pressed, Rendered(card.text, list(card.blocks)))


async def answer_pressed(services: Services, pressed: Pressed, words: Rendered) -> None:
    """For the person alone who has pressed."""
    await answer_privately(
        services,
        pressed.tenant,
        words,
        response_url=pressed.response_url,
        person_id=pressed.person_id,
        key=f"respond:{pressed.inbox.event_id}",
    )


def read_pressed(body: dict[str, Any], context: AsyncBoltContext) -> Pressed:
    """docs.slack.dev, "Handling user interaction": what each kind of it tells."""
    user, container = body.get("user") or {}, body.get("container") or {}
    channel, message = body.get("channel") or {}, body.get("message") or {}
    action = (body.get("actions") or [{}])[0]
    # A menu carries no value of its own: its block is named after what it is about.
    _, _, named = str(action.get("block_id") or "").partition(":")
    return Pressed(
        tenant=context["tenant"],
        inbox=context["inbox_event"],
        person_id=str(user.get("id") or ""),
        home_team=user.get("team_id"),
        channel=str(channel.get("id") or container.get("channel_id") or ""),
        message_ts=str(container.get("message_ts") or message.get("ts") or ""),
        value=str(action.get("value") or named or message.get("ts") or ""),
        response_url=str(body.get("response_url") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        picked=str(action.get("selected_conversation") or ""),
    )
