"""What Slack held back goes into the audit log, and the owner hears of it: a task, because the door
that learns of it does neither."""

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
    await tell_owner(services.database, context.tenant_id, WORDS, key=key)
    await note_held_back(context, event.id, minute)
