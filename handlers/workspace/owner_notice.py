"""The task that tells an owner of trouble in their workspace."""

import json
import logging

from core.conversations.notices.post_notice import post_notice
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.services import Services
from core.tenancy.organizations import find_installer_of_organization

log = logging.getLogger(__name__)

# A workspace may have been frozen, or Slack away: after a day the words would only mislead.
OLDEST_SECONDS = 86_400.0


async def send_owner_notice(services: Services, context: TenantContext, event: InboxEvent) -> None:
    task = json.loads(event.payload)
    if event.age_seconds > OLDEST_SECONDS:
        log.warning("an owner was not told in time", extra={"notice": task["key"]})
        return
    await post_notice(
        context,
        services.staff.messenger,
        task["words"],
        key=task["key"],
        completes=event.id,
        else_to=await find_installer_of_organization(services.database, context.tenant_id),
    )
