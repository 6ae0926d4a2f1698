"""Greet whoever has installed AEGIS for an organization, once, as soon as it covers a workspace.

Slack knows direct messages in workspaces alone, so the words come from the first of them that knows
the person. They are that tenant's, like everything said there; the organization's record has none.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

from core.conversations.model import Outgoing
from core.conversations.outbox import is_begun, post
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.jobs.put_task import put_task
from core.kernel.errors import Disconnected, DomainError
from core.lifecycle.installation.reconcile_organization import list_covered
from core.services import Services
from core.tenancy.organizations import find_installer
from handlers.blocks.workspace.organization_welcome import MOST_NAMED, organization_welcome

log = logging.getLogger(__name__)

GREET_ORGANIZATION = "greet_organization"
# Constant, so once for a workspace (retention leaves its row alone).
KEY = "organization_welcome"
_MOST_TRIED = 20  # workspaces


async def ask_to_greet(
    services: Services, organization: TenantContext, teams: Mapping[str, str]
) -> None:
    """*teams*: the names of what it covers, by Slack id."""
    person = await find_installer(organization)
    if person is None:
        return
    named = [teams[team_id] for team_id in sorted(teams)]
    arguments = {"person": person, "named": named[:MOST_NAMED], "count": len(named)}
    await put_task(
        services.database, organization.tenant_id, GREET_ORGANIZATION, arguments, key="welcome"
    )


async def greet_organization(services: Services, context: TenantContext, event: InboxEvent) -> None:
    """The task. Killed after the words and before its end, it finds them said."""
    task = json.loads(event.payload)
    covered = (await list_covered(services.database, context.tenant_id))[:_MOST_TRIED]
    places: list[TenantContext] = []
    for each in covered:
        try:
            places.append(await services.database.tenant(each.tenant_id))
        except DomainError as error:
            log.info("a workspace greets nobody: %s", error)
    begun = [place for place in places if await is_begun(place, KEY)]
    for place in begun[:1] or places:
        if await _is_greeted(services, place, task):
            return
    log.info("nobody could be greeted", extra={"tenant": context.tenant_id})


async def _is_greeted(services: Services, place: TenantContext, task: dict[str, Any]) -> bool:
    messenger = services.staff.messenger
    words = organization_welcome(task["named"], task["count"])
    try:
        channel = await messenger.open_direct(place, task["person"])
        message = Outgoing(channel, words.text, blocks=tuple(words.blocks))
        await post(place, messenger, message, key=KEY)
    except Disconnected:
        raise  # in all of them, then: it waits for the token
    except DomainError as error:
        log.info("not greeted here: %s", error, extra={"tenant": place.tenant_id})
        return False
    return True
