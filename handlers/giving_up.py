"""What a person is told when an event has failed for the last time."""

import json
from typing import Any

from core.conversations.find_conversation import is_conversation
from core.conversations.model import Outgoing
from core.conversations.outbox import post
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.services import Services
from handlers.blocks.refusals import gave_up
from handlers.hearing import is_direct


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
        if not await _was_for_us(context, inner, thread):
            return
        message = Outgoing(str(inner["channel"]), gave_up(reference).text, thread)
        key = f"gave-up:{event.event_id}"
        await post(context, services.staff.messenger, message, key=key)
    elif body.get("response_url"):
        message = Outgoing("", gave_up(reference).text)
        await services.staff.messenger.respond(str(body["response_url"]), message)


async def _was_for_us(context: TenantContext, event: dict[str, Any], thread: str) -> bool:
    """What people say to each other in a channel is heard too, and needs no apology from us."""
    if event.get("type") != "message" or is_direct(event):
        return True
    return await is_conversation(context, str(event["channel"]), thread)
