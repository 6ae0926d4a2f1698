"""The buttons below what is kept, and the form that corrects it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.conversations.ports import CannotPost, TooLate
from core.kernel.errors import DomainError, Unavailable
from core.memory.correct_memory import correct_memory, find_own
from core.memory.forget_memory import forget_memory
from core.memory.model import tidied
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.memory.form import (
    CORRECT_FORM,
    FIELD,
    correct_form,
    memory_of,
    read_correct_form,
)
from handlers.blocks.memory.listing import CORRECT, FORGET, corrected, forgotten
from handlers.blocks.rendered import Rendered
from handlers.pressed import Pressed, press, read_pressed

Json = dict[str, Any]


def register(app: AsyncApp, services: Services) -> None:
    """Who this is to the workspace now: a list may be days old, and an admin of then none now."""

    @app.action(FORGET)
    async def forget(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        await press(services, read_pressed(body, context), _forget, fresh_seconds=0)

    @app.action(CORRECT)
    async def correct(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        await press(services, read_pressed(body, context), _open, fresh_seconds=0)

    @app.view(CORRECT_FORM)
    async def save(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        view = body.get("view") or {}
        sent = replace(read_pressed(body, context), value=memory_of(view))
        effect = partial(_save, text=read_correct_form(view))
        await press(services, sent, effect, fresh_seconds=0)


def check_correction(view: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with what was typed, by block."""
    try:
        tidied(read_correct_form(view))
    except DomainError as error:
        return {FIELD: str(error)}
    return {}


# What can be said at once of a form that was sent, by its callback id: words for each block.
AT_ONCE: Mapping[str, Callable[[Mapping[str, Any]], dict[str, str]]] = {
    CORRECT_FORM: check_correction
}


async def _forget(services: Services, pressed: Pressed, person: Person) -> Rendered:
    gone = await forget_memory(
        pressed.tenant,
        pressed.value,
        person_id=person.person_id,
        administers=person.may_administer,
        reference=pressed.inbox.event_id,
    )
    return forgotten(gone.body)


async def _open(services: Services, pressed: Pressed, person: Person) -> None:
    memory = await find_own(
        pressed.tenant,
        pressed.value,
        person_id=person.person_id,
        administers=person.may_administer,
    )
    try:
        await services.screens.open_modal(pressed.tenant, pressed.trigger_id, correct_form(memory))
    except (TooLate, CannotPost):
        raise Unavailable("The form could not be opened in time. Please press it again.") from None


async def _save(services: Services, pressed: Pressed, person: Person, text: str) -> Rendered:
    kept = await correct_memory(
        pressed.tenant,
        pressed.value,
        text,
        person_id=person.person_id,
        administers=person.may_administer,
        reference=pressed.inbox.event_id,
    )
    return corrected(kept)
