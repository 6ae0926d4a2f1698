"""`/aegis gaps` and its buttons: what the documents lack, for admins; one's own, to tell them of."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.conversations.gaps.list_gaps import list_gaps, list_own
from core.conversations.gaps.settle_gap import dismiss_lack, tell_admins
from core.kernel.errors import Refused
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.rendered import Rendered
from handlers.blocks.review.gaps import (
    DISMISS,
    TELL,
    gap_told,
    gaps_page,
    lack_dismissed,
    own_gaps_page,
)
from handlers.commands.typed import Command
from handlers.pressed import Pressed, press, read_pressed

NOT_AN_ADMIN = "Only an admin can dismiss that."


def register(app: AsyncApp, services: Services) -> None:
    """Who this is to the workspace now: a list may be days old, and an admin of then none now."""

    @app.action(TELL)
    async def tell(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press(services, read_pressed(body, context), _tell, fresh_seconds=0)

    @app.action(DISMISS)
    async def dismiss(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await press(services, read_pressed(body, context), _dismiss, fresh_seconds=0)


async def show_gaps(services: Services, command: Command, person: Person) -> Rendered:
    gaps = await list_gaps(
        command.tenant, person_id=person.person_id, reference=command.inbox.event_id
    )
    return gaps_page(gaps)


async def show_own(services: Services, command: Command, person: Person) -> Rendered:
    return own_gaps_page(await list_own(command.tenant, person.person_id))


async def _tell(services: Services, pressed: Pressed, person: Person) -> Rendered:
    told = await tell_admins(pressed.tenant, pressed.value, person_id=person.person_id)
    return gap_told(told)


async def _dismiss(services: Services, pressed: Pressed, person: Person) -> Rendered:
    if not person.may_administer:
        raise Refused(NOT_AN_ADMIN)
    lack = await dismiss_lack(pressed.tenant, pressed.value, person_id=person.person_id)
    return lack_dismissed(lack)
