"""The forms of MCP servers: checked at the door, and carried out by a worker.

The token comes sealed: it was taken out before anything was stored.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.agents.load_roster import load_roster
from core.connections.mcp.change_servers import (
    ADD,
    ALLOW,
    Act,
    add_server,
    allow_tools,
    list_servers,
    narrow_agent,
)
from core.connections.mcp.model import problem_with_key, problem_with_token, problem_with_url
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError, Invalid, NotFound
from core.kernel.sealing import CannotOpen
from core.kernel.secret import Secret
from core.services import Services
from handlers.agents.forms import Sent, for_admins, open_again, read_sent
from handlers.blocks.agents.buttons import Json
from handlers.blocks.mrkdwn import escape
from handlers.blocks.refusals import explained
from handlers.blocks.rendered import Rendered
from handlers.blocks.servers.forms import (
    ADD_FORM,
    ALLOW_FORM,
    NARROW_FORM,
    add_form,
    allow_form,
    narrow_form,
    problem_with_picks,
    read_add_form,
    read_allow_form,
    read_narrow_form,
    with_token,
)
from handlers.blocks.servers.pages import server_allowed, server_page
from handlers.servers.command import names_of

TYPED_AGAIN = "The token has to be typed again."
SEALED_FOR = "form"


def register(app: AsyncApp, services: Services) -> None:
    @app.view(ADD_FORM)
    async def add(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        await for_admins(services, read_sent(body, context), ADD, _add, word="mcp")

    @app.view(ALLOW_FORM)
    async def allow(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        await for_admins(services, read_sent(body, context), ALLOW, _allow, word="mcp")

    @app.view(NARROW_FORM)
    async def narrow(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        await for_admins(services, read_sent(body, context), ALLOW, _narrow, word="mcp")


def check_server(view: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with what was typed, by block."""
    typed = read_add_form(view)
    found = {
        "key": problem_with_key(typed["key"]),
        "url": problem_with_url(typed["url"]),
        "token": problem_with_token(typed["token"]),
    }
    return {field: words for field, words in found.items() if words}


AT_ONCE = {ADD_FORM: check_server, NARROW_FORM: problem_with_picks}


def hide_token(context: TenantContext | None, raw: str) -> str:
    """What Slack sent, with the token sealed for this tenant; without *context*, with none."""
    if ADD_FORM not in raw:
        return raw
    payload = orjson.loads(raw)
    view = payload.get("view")
    if not isinstance(view, dict) or view.get("callback_id") != ADD_FORM:
        return raw
    token, hidden = read_add_form(view)["token"], ""
    if token and context is not None:
        sealed = context.sealer.seal(token.encode(), context.tenant_id, SEALED_FOR)
        hidden = base64.b64encode(sealed).decode()
    return orjson.dumps({**payload, "view": with_token(view, hidden)}).decode()


async def _add(services: Services, sent: Sent) -> Rendered | None:
    typed = read_add_form(sent.view)
    try:
        server = await add_server(
            services.database,
            sent.tenant,
            services.staff.servers,
            Act(sent.person_id, sent.inbox.event_id),
            key=typed["key"],
            url=typed["url"],
            token=_opened(sent.tenant, typed["token"]),
        )
    except DomainError as error:
        form = add_form(typed, banner=_banner(error, typed["token"]))
        return await open_again(services, sent, form, error)
    names = names_of(await load_roster(sent.tenant))
    return server_page(server, names, "Added. Nobody may use it yet.")


def _opened(context: TenantContext, hidden: str) -> Secret | None:
    if not hidden:
        return None
    try:
        sealed = base64.b64decode(hidden, validate=True)
        return Secret(context.sealer.open(sealed, context.tenant_id, SEALED_FOR).decode())
    except (CannotOpen, binascii.Error, ValueError):
        raise Invalid(TYPED_AGAIN) from None


async def _allow(services: Services, sent: Sent) -> Rendered | None:
    key, version = str(sent.about.get("key") or ""), int(sent.about.get("version") or 0)
    uses, agents = read_allow_form(sent.view)
    roster = await load_roster(sent.tenant)
    known = frozenset(agent.key for agent in roster.everyone)
    try:
        server = await allow_tools(
            sent.tenant,
            Act(sent.person_id, sent.inbox.event_id),
            key=key,
            version=version,
            uses=uses,
            agents=agents & known,
        )
    except NotFound as error:
        return explained(str(error))
    except DomainError as error:
        now = next((s for s in await list_servers(sent.tenant) if s.key == key), None)
        if now is None:
            raise
        picked = replace(now, uses=uses, agents=agents)
        form = allow_form(now, roster.everyone, banner=_banner(error), shown=picked)
        return await open_again(services, sent, form, error)
    return server_allowed(server, names_of(roster))


async def _narrow(services: Services, sent: Sent) -> Rendered | None:
    key, version = str(sent.about.get("key") or ""), int(sent.about.get("version") or 0)
    roster = await load_roster(sent.tenant)
    agent = roster.find(str(sent.about.get("agent") or ""))
    if agent is None:
        return explained("That agent is gone.")
    tools = read_narrow_form(sent.view)
    act = Act(sent.person_id, sent.inbox.event_id)
    try:
        server = await narrow_agent(
            sent.tenant, act, key=key, version=version, agent=agent.key, tools=tools
        )
    except NotFound as error:
        return explained(str(error))
    except DomainError as error:
        now = next((s for s in await list_servers(sent.tenant) if s.key == key), None)
        if now is None:
            return explained(str(error))
        form = narrow_form(now.narrowed_for(agent.key, tools), agent, banner=_banner(error))
        return await open_again(services, sent, form, error)
    return server_allowed(server, names_of(roster))


def _banner(error: DomainError, token: str = "") -> str:
    again = f" {TYPED_AGAIN}" if token else ""
    return f":warning: *Not saved yet.* {escape(str(error))}{again}"
