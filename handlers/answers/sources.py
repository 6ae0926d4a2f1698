"""The buttons below an answer that open its numbered sources."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.conversations.citing.open_source import open_source
from core.conversations.ports import TooLate
from core.kernel.errors import NotFound
from core.knowledge.access.open_passage import NOT_THERE
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.answers.passage import passage_message, passage_view
from handlers.blocks.answers.sources import OPEN
from handlers.blocks.rendered import Rendered
from handlers.pressed import Pressed, press, read_pressed


def register(app: AsyncApp, services: Services) -> None:
    @app.action(re.compile(rf"{re.escape(OPEN)}\.\d+"))
    async def open_it(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press(services, read_pressed(body, context), _open)


async def _open(services: Services, pressed: Pressed, person: Person) -> Rendered | None:
    if not re.fullmatch(r"[0-9]{1,4}", pressed.value):
        raise NotFound(NOT_THERE)
    passage = await open_source(
        pressed.tenant,
        services.staff.readers,
        channel=pressed.channel,
        message_ts=pressed.message_ts,
        number=int(pressed.value),
        person_id=pressed.person_id,
        reference=pressed.inbox.event_id,
    )
    try:
        await services.screens.open_modal(pressed.tenant, pressed.trigger_id, passage_view(passage))
    except TooLate:
        return passage_message(passage)
    return None
