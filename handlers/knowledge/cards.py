"""What stands below a file that was read: keep it, share it with a channel or with the workspace, or
forget it."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.conversations.files.accept_file import outcome_key
from core.conversations.show_card import keep_card
from core.db.transaction import Tx
from core.knowledge.access.find_own import find_own
from core.knowledge.access.give_to_channel import give_to_channel
from core.knowledge.forget_document import forget_document
from core.knowledge.model import Document
from core.knowledge.share_document import share_document
from core.services import Services
from core.tenancy.model import Person
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
        await press_card(services, read_pressed(body, context), _share, fresh_seconds=0)

    @app.action(KEEP)
    async def keep(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press_card(services, read_pressed(body, context), _keep)

    @app.action(CHANNEL)
    async def give(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        pressed = read_pressed(body, context)
        await press_card(services, pressed, partial(_give, services), fresh_seconds=0)

    @app.action(FORGET)
    async def forget(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press_card(services, read_pressed(body, context), _forget)


async def _share(pressed: Pressed, person: Person) -> None:
    async def keep(tx: Tx, document: Document, replaces: bool) -> None:
        card = pressed.card(file_shared(document.title, replaces=replaces))
        await keep_card(tx, pressed.key, card)

    await share_document(
        pressed.tenant,
        document_id=pressed.value,
        person_id=pressed.person_id,
        may_replace_any=person.may_administer,
        also=keep,
    )


async def _keep(pressed: Pressed, person: Person) -> None:
    document = await find_own(
        pressed.tenant, document_id=pressed.value, person_id=pressed.person_id
    )
    async with pressed.tenant.db.transaction() as tx:
        card = pressed.card(file_kept(document.document_id, document.title))
        await keep_card(tx, pressed.key, card)


async def _give(services: Services, pressed: Pressed, person: Person) -> None:
    async def keep(tx: Tx, document: Document, replaces: bool) -> None:
        card = pressed.card(file_given(document.title, pressed.picked, replaces=replaces))
        await keep_card(tx, pressed.key, card)

    await give_to_channel(
        pressed.tenant,
        services.staff.readers,
        document_id=pressed.value,
        person_id=pressed.person_id,
        channel_id=pressed.picked,
        may_replace_any=person.may_administer,
        also=keep,
    )


async def _forget(pressed: Pressed, person: Person) -> None:
    async def keep(tx: Tx, document: Document) -> None:
        card = pressed.card(file_forgotten(document.title))
        await keep_card(tx, pressed.key, card)
        # Where its task is still to come, it finds that this is the end of it.
        await keep_card(tx, outcome_key(document.document_id), card)

    await forget_document(
        pressed.tenant, document_id=pressed.value, person_id=pressed.person_id, also=keep
    )
