"""Greet whoever has installed AEGIS: a task, so that no crash and no outage of Slack's swallows it."""

import json
import logging

from core.conversations.model import Outgoing
from core.conversations.outbox import post
from core.conversations.ports import CannotPost
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.services import Services
from handlers.blocks.workspace.welcome import welcome

log = logging.getLogger(__name__)

# Constant, so once in a tenant's life, whoever installs it again (retention leaves its row alone).
KEY = "welcome"


async def greet(services: Services, context: TenantContext, event: InboxEvent) -> None:
    """A direct message to the person that the task names."""
    messenger = services.staff.messenger
    words = welcome()
    try:
        channel = await messenger.open_direct(context, str(json.loads(event.payload)["person"]))
        message = Outgoing(channel, words.text, blocks=tuple(words.blocks))
        await post(context, messenger, message, key=KEY, completes=event.id)
    except CannotPost as error:
        log.info("nobody could be greeted: %s", error, extra={"tenant": context.tenant_id})
