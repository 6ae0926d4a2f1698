"""The Home tab and the things to ask: shown when a person opens the app, and when they change it."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext

from core.agents.load_roster import load_roster_for
from core.conversations.ports import CannotPost
from core.conversations.read_overview import read_overview
from core.db.tenant import TenantContext
from core.gateway.usage.list_usage import list_own_usage
from core.kernel.errors import Postponed
from core.services import Services
from core.tenancy.recognize_person import recognize_person
from handlers.blocks.agents.home import HomePage, home_refused, home_view
from handlers.blocks.oversight.budget import home_lines
from handlers.blocks.refusals import refused

log = logging.getLogger(__name__)


def register(app: AsyncApp, services: Services) -> None:
    @app.event("app_home_opened")
    async def opened(event: dict[str, Any], context: AsyncBoltContext) -> None:
        tenant, person_id = context["tenant"], str(event.get("user") or "")
        if event.get("tab") == "messages":
            await suggest_prompts(services, tenant, person_id, str(event.get("channel") or ""))
        else:
            await show_home(services, tenant, person_id)


async def show_home(services: Services, tenant: TenantContext, person_id: str) -> None:
    """Publish a person's Home as it is now. That Slack does not take it is no reason to do again what
    led here: the next opening shows it."""
    person = await recognize_person(tenant, services.directory, person_id, home_team=None)
    if person.may_ask:
        roster, chooser = await load_roster_for(tenant, person_id)
        overview = await read_overview(tenant, services.staff.readers, person_id)
        used = await list_own_usage(tenant, person, trial=services.staff.gateway.trial)
        view = home_view(HomePage(roster, chooser, overview, home_lines(used)))
    else:
        view = home_refused(refused(person.standing).text)
    try:
        await services.screens.publish_home(tenant, person_id, view)
    except (CannotPost, Postponed) as error:
        log.info("a Home tab was not shown: %s", error)


async def suggest_prompts(
    services: Services, tenant: TenantContext, person_id: str, channel: str
) -> None:
    """What the person's default agent likes to be asked."""
    person = await recognize_person(tenant, services.directory, person_id, home_team=None)
    if not person.may_ask or not channel:
        return
    roster, chooser = await load_roster_for(tenant, person_id)
    mine = roster.open_to(chooser)
    own = [agent for agent in mine if agent.key == chooser.default_agent]
    for agent in (own or mine)[:1]:
        await services.screens.suggest(tenant, channel, None, agent.examples)
