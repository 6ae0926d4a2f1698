"""What stands below a file that was read: keep it, share it with a channel or with the workspace, or
forget it."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.conversations.show_card import keep_card
from core.db.transaction import Tx
from core.knowledge.access.find_own import find_own
from core.knowledge.access.give_to_channel import give_to_channel
from core.knowledge.forget_document import forget_document
from core.knowledge.model import Document
from core.knowledge.share_document import share_document
from core.services import Services
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
from handlers.pressed import Pressed, press_card, read_pressed


def register(app: AsyncApp, services: Services) -> None:
    @app.action(SHARE)
    async def share(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press_card(services, read_pressed(body, context), _share)

    @app.action(KEEP)
    async def keep(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press_card(services, read_pressed(body, context), _keep)

    @app.action(CHANNEL)
    async def give(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press_card(services, read_pressed(body, context), partial(_give, services))

    @app.action(FORGET)
    async def forget(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press_card(services, read_pressed(body, context), _forget)


async def _share(pressed: Pressed) -> None:
    async def keep(tx: Tx, document: Document) -> None:
        await keep_card(tx, pressed.key, pressed.card(file_shared(document.title)))

    await share_document(
        pressed.tenant, document_id=pressed.value, person_id=pressed.person_id, also=keep
    )


async def _keep(pressed: Pressed) -> None:
    document = await find_own(
        pressed.tenant, document_id=pressed.value, person_id=pressed.person_id
    )
    async with pressed.tenant.db.transaction() as tx:
        card = pressed.card(file_kept(document.document_id, document.title))
        await keep_card(tx, pressed.key, card)


async def _give(services: Services, pressed: Pressed) -> None:
    async def keep(tx: Tx, document: Document) -> None:
        await keep_card(tx, pressed.key, pressed.card(file_given(document.title, pressed.picked)))

    await give_to_channel(
        pressed.tenant,
        services.staff.readers,
        document_id=pressed.value,
        person_id=pressed.person_id,
        channel_id=pressed.picked,
        also=keep,
    )


async def _forget(pressed: Pressed) -> None:
    async def keep(tx: Tx, document: Document) -> None:
        await keep_card(tx, pressed.key, pressed.card(file_forgotten(document.title)))

    await forget_document(
        pressed.tenant, document_id=pressed.value, person_id=pressed.person_id, also=keep
    )
