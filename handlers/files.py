"""Files dropped in a direct message: each has a card at once, is read by a task of its own, for its
owner alone, and shared when they say so."""

import json
from typing import Any

from core.conversations.files.accept_file import accept_file, are_on_their_way
from core.conversations.files.model import FilePlace, SharedFile, shared_file
from core.conversations.files.read_file import FileReading
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.kernel.errors import Postponed
from core.services import Services
from handlers.blocks.knowledge import too_many_files
from handlers.blocks.rendered import Rendered
from handlers.hearing import Heard
from handlers.replying import reply

MOST_FILES = 10
# A question that came with files waits for so long until they are read, and is then answered without.
PATIENCE_SECONDS = 120.0
LOOK_AGAIN_SECONDS = 1.0


async def take_files(services: Services, heard: Heard, files: list[dict[str, Any]]) -> None:
    """Show a card for each file, and have it read. With a question beside them, they are waited for:
    raises Postponed, and the event comes again."""
    place = FilePlace(heard.channel, heard.place.thread_ts, heard.person_id)
    accepted = [
        await accept_file(heard.tenant, services.filing, shared_file(file), place, key=heard.key)
        for file in files[:MOST_FILES]
    ]
    if len(files) > MOST_FILES:
        words = too_many_files(MOST_FILES, len(files) - MOST_FILES)
        await reply(services, heard, words, part="files", is_last=False)
    waits = heard.text and heard.inbox.age_seconds < PATIENCE_SECONDS
    if waits and await are_on_their_way(heard.tenant, accepted):
        raise Postponed("files are being read", LOOK_AGAIN_SECONDS)


async def read_file(services: Services, context: TenantContext, event: InboxEvent) -> None:
    """The task that reads one in."""
    await _reading(services, context, event).run()


async def give_up_file(
    services: Services, context: TenantContext, event: InboxEvent, words: Rendered
) -> None:
    """It failed too often."""
    await _reading(services, context, event).give_up(words.text)


def _reading(services: Services, context: TenantContext, event: InboxEvent) -> FileReading:
    body = json.loads(event.payload)
    return FileReading(
        context,
        services.filing,
        SharedFile(**body["file"]),
        FilePlace(**body["place"]),
        document_id=body["document_id"],
        reference=event.event_id,
        age_seconds=event.age_seconds,
    )
