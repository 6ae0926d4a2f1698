"""A file dropped in a direct message: read at once, for its owner alone, shared when they say so."""

import logging
from typing import Any

from core.conversations.model import Outgoing
from core.kernel.errors import DomainError
from core.knowledge.ingest_document import ingest_document
from core.services import Services
from handlers.blocks.knowledge import file_read, file_refused
from handlers.hearing import Heard
from handlers.replying import reply

log = logging.getLogger(__name__)

LARGEST_FILE = 20_000_000  # bytes
MOST_FILES = 10


async def take_files(
    services: Services, heard: Heard, files: list[dict[str, Any]], *, is_last: bool
) -> None:
    """Read each file and say what became of it; a file that cannot be read is never just dropped."""
    taken = files[:MOST_FILES]
    for number, file in enumerate(taken):
        ends = is_last and number == len(taken) - 1
        message = await _take(services, heard, file)
        await reply(services, heard, message, part=f"file{number}", is_last=ends)


async def _take(services: Services, heard: Heard, file: dict[str, Any]) -> Outgoing:
    title = str(file.get("title") or file.get("name") or "file")
    try:
        size = file.get("size")
        content = await services.files.fetch(
            heard.tenant,
            str(file.get("url_private_download") or file.get("url_private") or ""),
            size=size if isinstance(size, int) else None,
            limit=LARGEST_FILE,
        )
        ingested = await ingest_document(
            heard.tenant,
            services.reader,
            services.staff.embedder,
            title=title,
            content=content,
            added_by=heard.person_id,
            scope="person",
            reference=heard.inbox.event_id,
        )
    except DomainError as error:
        words, blocks = file_refused(title, str(error))
    else:
        words, blocks = file_read(ingested.document, is_new=ingested.is_new)
    return Outgoing(heard.channel, words, blocks=tuple(blocks))
