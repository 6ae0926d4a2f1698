"""The forms: what is typed into them is checked at the door, and kept by a worker.

What needs no database is answered while the form is still open (`AT_ONCE`). The rest can only go
wrong later: then the form opens again with what was typed, and where Slack opens it no more, the
words are sent to the person. Nothing typed is lost.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.agents.changes.define_agent import ACTION as DEFINE
from core.agents.changes.define_agent import define_agent
from core.agents.changes.instruct_company import ACTION as INSTRUCT
from core.agents.changes.instruct_company import instruct_company
from core.agents.checking import Unfit, problem_with_company, problems_of
from core.agents.load_roster import load_roster
from core.agents.model import Agent
from core.agents.profile import NEW, to_body
from core.conversations.ports import CannotPost, TooLate
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.kernel.errors import DomainError
from core.services import Services
from handlers.admitting import Request, note_refusal, recognize
from handlers.agents.home import show_home
from handlers.blocks.agents.buttons import DEFINE_FORM, INSTRUCT_FORM, Json
from handlers.blocks.agents.company import company_form, read_company_form
from handlers.blocks.agents.form import agent_form, read_form
from handlers.blocks.agents.saved import agent_saved, company_saved, not_saved
from handlers.blocks.mrkdwn import escape
from handlers.blocks.refusals import admins_only
from handlers.blocks.rendered import Rendered
from handlers.replying import answer_privately


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent, by whom, with what it was opened on."""

    tenant: TenantContext
    inbox: InboxEvent
    person_id: str
    home_team: str | None
    trigger_id: str
    view: Json
    about: Json


def register(app: AsyncApp, services: Services) -> None:
    @app.view(DEFINE_FORM)
    async def define(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        await for_admins(services, read_sent(body, context), DEFINE, _define)

    @app.view(INSTRUCT_FORM)
    async def instruct(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        await for_admins(services, read_sent(body, context), INSTRUCT, _instruct)


def check_agent(view: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with what was typed, by block: all that can be said without a look around."""
    return problems_of({**NEW, **read_form(view)})


def check_company(view: Mapping[str, Any]) -> dict[str, str]:
    problem = problem_with_company(read_company_form(view))
    return {"instructions": problem} if problem else {}


# What can be said at once of a form that was sent, by its callback id: words for each block.
AT_ONCE: Mapping[str, Callable[[Mapping[str, Any]], dict[str, str]]] = {
    DEFINE_FORM: check_agent,
    INSTRUCT_FORM: check_company,
}


async def _define(services: Services, sent: Sent) -> Rendered | None:
    typed, key = read_form(sent.view), sent.about.get("key")
    try:
        agent = await define_agent(
            sent.tenant,
            typed,
            key=key,
            version=int(sent.about.get("version") or 0),
            actor=sent.person_id,
            reference=sent.inbox.event_id,
        )
    except DomainError as error:
        now = (await load_roster(sent.tenant)).find(key) if key else None
        return await open_again(services, sent, _form(services, typed, now, error), error)
    return agent_saved(agent)


def _form(services: Services, typed: Json, now: Agent | None, error: DomainError) -> Json:
    """The same form, for the agent as it is by now: saving again means that one."""
    body = {**(to_body(now) if now else NEW), **typed}
    return agent_form(
        body,
        key=now.key if now else None,
        version=now.version if now else 0,
        tools=services.tool_names,
        always_asking=services.always_asking,
        banner=banner_of(error),
    )


async def _instruct(services: Services, sent: Sent) -> Rendered | None:
    text = read_company_form(sent.view)
    try:
        version = await instruct_company(
            sent.tenant,
            text,
            version=int(sent.about.get("version") or 0),
            actor=sent.person_id,
            reference=sent.inbox.event_id,
        )
    except DomainError as error:
        now = (await load_roster(sent.tenant)).company_version
        form = company_form(text, version=now, banner=banner_of(error))
        return await open_again(services, sent, form, error)
    return company_saved(version)


async def open_again(
    services: Services, sent: Sent, form: Json, error: DomainError
) -> Rendered | None:
    """Open the form again; if Slack does not, the words for the person, with what they typed."""
    try:
        await services.screens.open_modal(sent.tenant, sent.trigger_id, form)
    except (TooLate, CannotPost):
        return not_saved(str(error), form)
    return None


def banner_of(error: DomainError) -> str:
    """Why a form is shown again, and that nothing typed is lost."""
    words = error.problems.values() if isinstance(error, Unfit) else [str(error)]
    return f":warning: *Not saved yet.* {escape(' '.join(words))} What you typed is below."


async def for_admins(
    services: Services,
    sent: Sent,
    action: str,
    effect: Callable[[Services, Sent], Any],
    *,
    word: str = "agents",
) -> None:
    """Who this is to the workspace now: the form may have been open for days."""
    request = Request(sent.tenant, sent.person_id, sent.home_team, action, sent.inbox.event_id)
    person = await recognize(services, request, fresh_seconds=0)
    if person.may_administer:
        words = await effect(services, sent)
    else:
        await note_refusal(request, person)
        words = admins_only(word)
    if words is not None:
        await answer_privately(
            services,
            sent.tenant,
            words,
            response_url="",
            person_id=sent.person_id,
            key=f"respond:{sent.inbox.event_id}",
        )
    await show_home(services, sent.tenant, sent.person_id)


def read_sent(body: Json, context: AsyncBoltContext) -> Sent:
    user, view = body.get("user") or {}, body.get("view") or {}
    try:
        about = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        about = {}
    return Sent(
        tenant=context["tenant"],
        inbox=context["inbox_event"],
        person_id=str(user.get("id") or ""),
        home_team=user.get("team_id"),
        trigger_id=str(body.get("trigger_id") or ""),
        view=view,
        about=about if isinstance(about, dict) else {},
    )
