"""“Why this answer?” on a message, the buttons in its window, and what admins see of those and of
what the model was shown."""

import re
from typing import Any, cast

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.agents.load_roster import load_roster
from core.conversations.ports import TooLate
from core.conversations.review.explain_answer import explain_answer
from core.conversations.review.inspect_answer import inspect_answer
from core.conversations.review.list_ratings import list_ratings
from core.conversations.review.model import Rating
from core.conversations.review.rate_answer import find_answer_at, rate_answer
from core.kernel.errors import Invalid
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.rendered import Rendered, said
from handlers.blocks.review.rating import BAD, GOOD, RATE, WHY
from handlers.blocks.review.ratings import ratings_page
from handlers.blocks.review.shown import SHOWN, shown_view
from handlers.blocks.review.why import why_view
from handlers.commands.typed import Command
from handlers.pressed import Pressed, press, read_pressed

THANKS = "Thank you. Admins of this workspace can see how answers are rated."


def register(app: AsyncApp, services: Services) -> None:
    @app.action(re.compile(rf"{re.escape(RATE)}\.\w+"))
    async def rate(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press(services, read_pressed(body, context), _rate)

    @app.action(SHOWN)
    async def shown(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press(services, read_pressed(body, context), _show)

    @app.shortcut(WHY)
    async def why(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press(services, read_pressed(body, context), _explain)


async def show_ratings(services: Services, command: Command, person: Person) -> Rendered:
    ratings = await list_ratings(
        command.tenant,
        services.staff.channels,
        person_id=person.person_id,
        reference=command.inbox.event_id,
    )
    return ratings_page(ratings, await load_roster(command.tenant))


async def _rate(services: Services, pressed: Pressed, person: Person) -> Rendered | None:
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


async def _explain(services: Services, pressed: Pressed, person: Person) -> Rendered | None:
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


async def _show(services: Services, pressed: Pressed, person: Person) -> None:
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
