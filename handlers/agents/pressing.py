"""The buttons about agents, in messages and at Home, and the menu that picks a default."""

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.agents.changes.pick_default import pick_default
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.kernel.errors import DomainError, Refused
from core.services import Services
from handlers.admitting import Request, note_refusal, recognize
from handlers.agents.acts import ACTS, Wanted
from handlers.agents.home import show_home
from handlers.blocks.agents import buttons
from handlers.blocks.agents.home import ANY
from handlers.blocks.refusals import admins_only, explained, refused
from handlers.blocks.rendered import Rendered
from handlers.replying import answer_privately

PRESS = "conversations:button:press"
_ACT_OF = {
    buttons.NEW: "new",
    buttons.EDIT: "edit",
    buttons.VERSIONS: "versions",
    buttons.RESTORE: "restore",
    buttons.INSTRUCT: "company",
    f"{buttons.SWITCH}.off": "off",
    f"{buttons.SWITCH}.on": "on",
}


@dataclass(frozen=True, slots=True)
class Press:
    """What was pressed or picked, by whom. At Home there is no address to answer at."""

    tenant: TenantContext
    inbox: InboxEvent
    person_id: str
    home_team: str | None
    action_id: str
    value: str
    trigger_id: str
    response_url: str

    def request(self, action: str) -> Request:
        arguments = self.tenant.fingerprint(self.value)
        reference = self.inbox.event_id
        return Request(self.tenant, self.person_id, self.home_team, action, reference, arguments)


def register(app: AsyncApp, services: Services) -> None:
    @app.action(re.compile(r"agents\.[a-z_.]+"))
    async def pressed(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        press = _press(body, context)
        try:
            words = await _done(services, press)
        except DomainError as error:
            words = explained(str(error))
        if words is not None:
            await answer_privately(
                services,
                press.tenant,
                words,
                response_url=press.response_url,
                person_id=press.person_id,
                key=f"respond:{press.inbox.event_id}",
            )
        await show_home(services, press.tenant, press.person_id)


async def _done(services: Services, press: Press) -> Rendered | None:
    if press.action_id == buttons.DEFAULT:
        await _pick(services, press)
        return None
    act = ACTS.get(_ACT_OF.get(press.action_id, ""))
    if act is None:
        return None
    # An admin of five minutes ago is perhaps none any more.
    person = await recognize(services, press.request(act.action), fresh_seconds=0)
    if not person.may_administer:
        await note_refusal(press.request(act.action), person)
        return admins_only("agents") if person.may_ask else refused(person.standing)
    key, _, number = press.value.partition(":")
    return await act.effect(
        services,
        Wanted(
            press.tenant,
            press.person_id,
            press.inbox.event_id,
            press.trigger_id,
            key,
            (int(number),) if number.isdecimal() else (),
        ),
    )


async def _pick(services: Services, press: Press) -> None:
    person = await recognize(services, press.request(PRESS))
    if not person.may_ask:
        raise Refused(refused(person.standing).text)
    await pick_default(press.tenant, press.person_id, "" if press.value == ANY else press.value)


def _press(body: dict[str, Any], context: AsyncBoltContext) -> Press:
    user, action = body.get("user") or {}, (body.get("actions") or [{}])[0]
    picked = action.get("selected_option") or {}
    return Press(
        tenant=context["tenant"],
        inbox=context["inbox_event"],
        person_id=str(user.get("id") or ""),
        home_team=user.get("team_id"),
        action_id=str(action.get("action_id") or ""),
        value=str(action.get("value") or picked.get("value") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
    )
