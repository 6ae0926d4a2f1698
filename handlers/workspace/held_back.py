"""Tell the owner that Slack has held events back: a task, because the words go to Slack again."""

import json

from core.conversations.notices.tell_owner import tell_owner
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.jobs.note_held_back import WORDS, note_held_back
from core.services import Services


async def held_back(services: Services, context: TenantContext, event: InboxEvent) -> None:
    """Once an hour to the owner, and each time into the audit log."""
    minute = int(json.loads(event.payload)["minute"])
    key = f"held_back:{minute // 3600}"
    await tell_owner(context, services.staff.messenger, WORDS, key=key)
    await note_held_back(context, event.id, minute)
