"""What a person is told when an event has failed for the last time."""

import json
from typing import Any

from core.conversations.model import Outgoing
from core.conversations.outbox import post
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.services import Services
from handlers.blocks.refusals import gave_up


async def give_up(
    services: Services, context: TenantContext, event: InboxEvent, reference: str
) -> None:
    """Apologize where the event came from, with the reference that is in the log."""
    body: dict[str, Any] = json.loads(event.payload)
    if event.kind == "event":
        inner: dict[str, Any] = body.get("event") or {}
        if not inner.get("channel") or not inner.get("ts"):
            return
        thread = str(inner.get("thread_ts") or inner["ts"])
        message = Outgoing(str(inner["channel"]), gave_up(reference).text, thread)
        key = f"gave-up:{event.event_id}"
        await post(context, services.staff.messenger, message, key=key)
    elif body.get("response_url"):
        message = Outgoing("", gave_up(reference).text)
        await services.staff.messenger.respond(str(body["response_url"]), message)
