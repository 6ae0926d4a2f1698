"""The buttons below what is kept, and the form that corrects it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.conversations.ports import CannotPost, TooLate
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.kernel.errors import DomainError, Unavailable
from core.memory.correct_memory import correct_memory, find_own
from core.memory.forget_memory import forget_memory
from core.memory.model import tidied
from core.services import Services
from core.tenancy.model import Person
from handlers.admitting import Request, press_request
from handlers.blocks.memory.form import (
    CORRECT_FORM,
    FIELD,
    correct_form,
    memory_of,
    read_correct_form,
)
from handlers.blocks.memory.listing import CORRECT, FORGET, corrected, forgotten
from handlers.blocks.rendered import Rendered
from handlers.replying import answer_press

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button pressed, or a form sent. *value* is the id of what is kept, *text* what was typed."""

    tenant: TenantContext
    inbox: InboxEvent
    person_id: str
    home_team: str | None
    value: str
    text: str
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


Effect = Callable[[Services, Pressed, Person], Awaitable[Rendered | None]]


def register(app: AsyncApp, services: Services) -> None:
    @app.action(FORGET)
    async def forget(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        await _press(services, _pressed(body, context), _forget)

    @app.action(CORRECT)
    async def correct(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        await _press(services, _pressed(body, context), _open)

    @app.view(CORRECT_FORM)
    async def save(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        await _press(services, _pressed(body, context), _save)


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


async def _press(services: Services, pressed: Pressed, effect: Effect) -> None:
    """Who this is to the workspace now: a list may be days old, and an admin of then none now."""
    await answer_press(
        services,
        pressed.request,
        partial(effect, services, pressed),
        response_url=pressed.response_url,
        fresh_seconds=0,
    )


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


async def _save(services: Services, pressed: Pressed, person: Person) -> Rendered:
    text = await correct_memory(
        pressed.tenant,
        pressed.value,
        pressed.text,
        person_id=person.person_id,
        administers=person.may_administer,
        reference=pressed.inbox.event_id,
    )
    return corrected(text)


def _pressed(body: Json, context: AsyncBoltContext) -> Pressed:
    user, view = body.get("user") or {}, body.get("view") or {}
    action = (body.get("actions") or [{}])[0]
    return Pressed(
        tenant=context["tenant"],
        inbox=context["inbox_event"],
        person_id=str(user.get("id") or ""),
        home_team=user.get("team_id"),
        value=str(action.get("value") or memory_of(view)),
        text=read_correct_form(view),
        trigger_id=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
    )
