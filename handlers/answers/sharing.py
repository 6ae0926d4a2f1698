"""The button below an answer that one person reads: share it where it was asked from."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.conversations.ports import CannotPost
from core.conversations.sharing.share_answer import find_shareable, share_answer
from core.conversations.show_card import keep_card
from core.kernel.errors import Unavailable
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.answers.sharing import SHARE, shared_card, shared_messages
from handlers.pressed import Pressed, press_card, read_pressed

NOT_THERE = "It was not shared. {why} If I am not in that channel, invite me there with `/invite`, and press again."


def register(app: AsyncApp, services: Services) -> None:
    @app.action(SHARE)
    async def share(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        pressed = read_pressed(body, context)
        # Who this is to the workspace now: the answer may be days old.
        await press_card(services, pressed, partial(_share, services), fresh_seconds=0)


async def _share(services: Services, pressed: Pressed, person: Person) -> None:
    readers = services.staff.readers
    found = await find_shareable(
        pressed.tenant, readers, pressed.value, person_id=pressed.person_id
    )
    try:
        await share_answer(
            pressed.tenant,
            services.staff.messenger,
            found,
            shared_messages(found),
            person_id=pressed.person_id,
        )
    except CannotPost as refusal:
        raise Unavailable(NOT_THERE.format(why=refusal)) from refusal
    async with pressed.tenant.db.transaction() as tx:
        await keep_card(tx, pressed.key, pressed.card(shared_card(found.about)))
