"""The button that takes a document away, after `/aegis kb delete`."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.knowledge.access.find_asker import find_asker
from core.knowledge.forget_document import forget_document
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.documents import DELETE
from handlers.blocks.knowledge import file_forgotten
from handlers.blocks.rendered import Rendered
from handlers.pressed import Pressed, press, read_pressed


def register(app: AsyncApp, services: Services) -> None:
    @app.action(DELETE)
    async def delete(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        # Whether they are an admin is asked now, and so is in which channels they are.
        await press(services, read_pressed(body, context), _delete, fresh_seconds=0)


async def _delete(services: Services, pressed: Pressed, person: Person) -> Rendered:
    asker = await find_asker(
        pressed.tenant,
        services.staff.readers,
        person_id=person.person_id,
        private=True,
        fresh=True,
    )
    document = await forget_document(
        pressed.tenant,
        document_id=pressed.value,
        person_id=person.person_id,
        may_forget_any=person.may_administer,
        sight=asker.sight,
        reference=pressed.inbox.event_id,
    )
    return file_forgotten(document.title)
