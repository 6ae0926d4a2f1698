"""“Why this answer?” on a message, the buttons in its window, and what admins see of those and of
what the model was shown."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.agents.load_roster import load_roster
from core.conversations.ports import TooLate
from core.conversations.review.explain_answer import explain_answer
from core.conversations.review.inspect_answer import inspect_answer
from core.conversations.review.list_ratings import list_ratings
from core.conversations.review.model import Rating
from core.conversations.review.rate_answer import find_answer_at, rate_answer
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.kernel.errors import Invalid
from core.services import Services
from core.tenancy.model import Person
from handlers.admitting import Request, press_request
from handlers.blocks.rendered import Rendered, said
from handlers.blocks.review.rating import BAD, GOOD, RATE, WHY
from handlers.blocks.review.ratings import ratings_page
from handlers.blocks.review.shown import SHOWN, shown_view
from handlers.blocks.review.why import why_view
from handlers.commands.typed import Command
from handlers.replying import answer_press

THANKS = "Thank you. Admins of this workspace can see how answers are rated."


@dataclass(frozen=True, slots=True)
class Judging:
    """A shortcut used on a message, or a button of the window pressed. *value* is the message's ts,
    or what the button carries."""

    tenant: TenantContext
    inbox: InboxEvent
    person_id: str
    home_team: str | None
    channel: str
    value: str
    message_ts: str
    trigger_id: str
    response_url: str

    @property
    def request(self) -> Request:
        return press_request(
            self.tenant,
            self.person_id,
            self.home_team,
            reference=self.inbox.event_id,
            value=self.value,
        )


def register(app: AsyncApp, services: Services) -> None:
    @app.action(re.compile(rf"{re.escape(RATE)}\.\w+"))
    async def rate(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await _press(services, read_press(body, context), _rate)

    @app.action(SHOWN)
    async def shown(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await _press(services, read_press(body, context), _show)

    @app.shortcut(WHY)
    async def why(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await _press(services, read_press(body, context), _explain)


async def show_ratings(services: Services, command: Command, person: Person) -> Rendered:
    ratings = await list_ratings(
        command.tenant,
        services.staff.channels,
        person_id=person.person_id,
        reference=command.inbox.event_id,
    )
    return ratings_page(ratings, await load_roster(command.tenant))


async def _press(
    services: Services,
    pressed: Judging,
    effect: Callable[[Services, Judging, Person], Awaitable[Rendered | None]],
) -> None:
    await answer_press(
        services,
        pressed.request,
        partial(effect, services, pressed),
        response_url=pressed.response_url,
    )


async def _rate(services: Services, pressed: Judging, person: Person) -> Rendered | None:
    rating, turn_id, channel = (*pressed.value.split(":"), "", "")[:3]
    if rating not in (GOOD, BAD):
        raise Invalid("That button says nothing that is known here.")
    changed = await rate_answer(
        pressed.tenant,
        # Below an answer a button carries no name of it: Slack says in which message it stands.
        turn_id or await find_answer_at(pressed.tenant, pressed.channel, pressed.message_ts),
        cast(Rating, rating),
        person_id=pressed.person_id,
        channel=channel or pressed.channel,
    )
    return said(THANKS) if changed else None


async def _explain(services: Services, pressed: Judging, person: Person) -> Rendered | None:
    explanation = await explain_answer(
        pressed.tenant,
        services.staff.readers,
        pressed.value,
        person_id=pressed.person_id,
        channel=pressed.channel,
    )
    roster = await load_roster(pressed.tenant)
    view = why_view(explanation, roster, pressed.channel, for_admin=person.may_administer)
    try:
        await services.screens.open_modal(pressed.tenant, pressed.trigger_id, view)
    except TooLate:
        # The window may not be opened any more: the same, as a message for this person.
        blocks = list(view["blocks"])
        text = "\n\n".join(block["text"]["text"] for block in blocks if "text" in block)
        return Rendered(text, blocks)
    return None


async def _show(services: Services, pressed: Judging, person: Person) -> None:
    _, turn_id, channel = (*pressed.value.split(":"), "", "")[:3]
    prompts = await inspect_answer(
        pressed.tenant,
        services.staff.readers,
        turn_id,
        person=person,
        channel=channel,
        reference=pressed.inbox.event_id,
    )
    await services.screens.push_modal(pressed.tenant, pressed.trigger_id, shown_view(prompts))


def read_press(body: dict[str, Any], context: AsyncBoltContext) -> Judging:
    user, container = body.get("user") or {}, body.get("container") or {}
    action, message = (body.get("actions") or [{}])[0], body.get("message") or {}
    return Judging(
        tenant=context["tenant"],
        inbox=context["inbox_event"],
        person_id=str(user.get("id") or ""),
        home_team=user.get("team_id"),
        channel=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        value=str(action.get("value") or message.get("ts") or ""),
        message_ts=str(container.get("message_ts") or message.get("ts") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
    )
