"""The form of a policy: opened by a button or a command, checked at the door, kept by a worker."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.agents.load_roster import load_roster
from core.agents.model import COMPANY
from core.agents.policies.model import problems_of
from core.agents.policies.set_policy import ACTION as SET
from core.agents.policies.set_policy import set_policy
from core.conversations.approvals.rule_now import tighten_waiting
from core.kernel.errors import DomainError, NotFound
from core.services import Services
from core.tenancy.model import Person
from handlers.admitting import note_refusal
from handlers.agents.forms import Sent, banner_of, for_admins, open_again, read_sent
from handlers.blocks.agents.buttons import Json
from handlers.blocks.policies.form import (
    CHANGE,
    POLICY_FORM,
    policy_form,
    read_persons,
    read_policy_form,
)
from handlers.blocks.policies.pages import policy_saved
from handlers.blocks.refusals import admins_only, explained
from handlers.blocks.rendered import Rendered
from handlers.policies.command import open_form, tools_of
from handlers.pressed import read_pressed
from handlers.replying import answer_press

NO_TOOL = "There is no such tool any more."


def register(app: AsyncApp, services: Services) -> None:
    @app.action(CHANGE)
    async def change(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        await _change(services, body, context)

    @app.view(POLICY_FORM)
    async def sent(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        await for_admins(services, read_sent(body, context), SET, _keep, word="policy")


def check_policy(view: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with what was picked, by block: all that can be said without a look around."""
    return problems_of(read_policy_form(view))


AT_ONCE = {POLICY_FORM: check_policy}


async def _change(services: Services, body: Json, context: AsyncBoltContext) -> None:
    pressed = read_pressed(body, context)
    name, _, key = pressed.value.partition(":")
    request = replace(pressed.request, action=SET)

    async def effect(person: Person) -> Rendered | None:
        if not person.may_administer:
            await note_refusal(request, person)
            return admins_only("policy")
        tool = (await tools_of(services, pressed.tenant)).get(name)
        if tool is None:
            raise NotFound(NO_TOOL)
        await open_form(services, pressed.tenant, pressed.trigger_id, tool, key)
        return None

    # An admin of five minutes ago is perhaps none any more.
    await answer_press(
        services, request, effect, response_url=pressed.response_url, fresh_seconds=0
    )


async def _keep(services: Services, sent: Sent) -> Rendered | None:
    name, key = str(sent.about.get("tool") or ""), str(sent.about.get("agent") or "")
    setting = read_policy_form(sent.view)
    tool = (await tools_of(services, sent.tenant)).get(name)
    if tool is None:
        return explained(NO_TOOL)
    try:
        await set_policy(
            sent.tenant,
            tool,
            setting,
            key=key or COMPANY,
            version=int(sent.about.get("version") or 0),
            actor=sent.person_id,
            reference=sent.inbox.event_id,
        )
    except NotFound as error:
        return explained(str(error))
    except DomainError as error:
        roster = await load_roster(sent.tenant)
        agent, persons = roster.find(key) if key else None, read_persons(sent.view)
        banner = banner_of(error)
        form = policy_form(tool, roster, agent, setting, persons=persons, banner=banner)
        return await open_again(services, sent, form, error)
    reference = sent.inbox.event_id
    await tighten_waiting(sent.tenant, services.database, services.staff, name, reference)
    roster = await load_roster(sent.tenant)
    return policy_saved(tool, roster, roster.find(key) if key else None)
