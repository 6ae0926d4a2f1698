"""A file dropped in a direct message: read at once, for its owner alone, shared when they say so."""

import logging
from typing import Any

from core.conversations.files.fetch_file import fetch_file
from core.kernel.errors import DomainError
from core.knowledge.ingest_document import ingest_document
from core.knowledge.ports import Reader
from core.services import Services
from handlers.blocks.knowledge import file_not_read, file_read
from handlers.blocks.rendered import Rendered
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
    async with services.reader.batch() as reader:
        for number, file in enumerate(taken):
            ends = is_last and number == len(taken) - 1
            words = await _take(services, heard, reader, file)
            await reply(services, heard, words, part=f"file{number}", is_last=ends)


async def _take(services: Services, heard: Heard, reader: Reader, file: dict[str, Any]) -> Rendered:
    title = str(file.get("title") or file.get("name") or "file")
    try:
        size = file.get("size")
        content = await fetch_file(
            heard.tenant,
            services.files,
            str(file.get("url_private_download") or file.get("url_private") or ""),
            size=size if isinstance(size, int) else None,
            limit=LARGEST_FILE,
            person_id=heard.person_id,
            reference=heard.inbox.event_id,
        )
        ingested = await ingest_document(
            heard.tenant,
            reader,
            services.staff.embedder,
            title=title,
            content=content,
            added_by=heard.person_id,
            scope="person",
            reference=heard.inbox.event_id,
        )
    except DomainError as error:
        return file_not_read(title, str(error))
    document = ingested.document
    return file_read(
        document.document_id,
        document.title,
        pages=document.pages,
        is_new=ingested.is_new,
        replaces=ingested.replaces,
        notes=ingested.notes,
    )
