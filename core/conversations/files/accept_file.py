"""A file was given: show its card, and put reading it into the queue."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from core.conversations.files.filing import Filing
from core.conversations.files.model import FilePlace, FileStatus, SharedFile
from core.conversations.model import Outgoing
from core.conversations.notices.tell_person import tell_person
from core.conversations.outbox import is_begun
from core.conversations.show_card import find_card
from core.db.tenant import TenantContext
from core.jobs.model import READING_PREFIX
from core.jobs.put_task import put_task
from core.kernel.errors import NotFound
from core.knowledge.arrivals import store
from core.knowledge.arrivals.model import Arrival
from core.knowledge.model import clean_title

TASK = "read_file"


async def accept_file(
    context: TenantContext, filing: Filing, file: SharedFile, place: FilePlace, *, key: str
) -> str:
    """The id of the document that it is going to be, for whoever gave it alone. *key* names the
    message; a second call with the same changes nothing. Raises Postponed.

    The file itself stays in Slack until its turn comes, and is fetched then, as often as it takes.
    """
    document_id = context.fingerprint(f"file\n{key}\n{file.file_id or file.url}")[:32]
    if await find_card(context, outcome_key(document_id)) is not None:
        return document_id  # its task has come to an end meanwhile, and says so
    file = await _told_of(context, filing, file)
    owner = place.person_id
    arrival = Arrival(document_id, clean_title(file.title), "person", owner, owner)
    if not await is_begun(context, card_key(document_id)):
        async with context.db.transaction() as tx:
            await store.put_arrival(tx, arrival)
    # Before the card, which may be refused for hours: housekeeping knows by the task that it is awaited.
    await _put_task(context, filing, arrival, file, place)
    text, blocks = filing.draw(FileStatus(document_id, arrival.title, "waiting"))
    card = Outgoing(place.channel, text, place.thread_ts, tuple(blocks))
    await tell_person(context, filing.messenger, card, place.person_id, key=card_key(document_id))
    return document_id


async def _put_task(
    context: TenantContext, filing: Filing, arrival: Arrival, file: SharedFile, place: FilePlace
) -> None:
    arguments = {
        "document_id": arrival.document_id,
        "file": asdict(replace(file, title=arrival.title)),
        "place": asdict(place),
    }
    await put_task(
        filing.database,
        context.tenant_id,
        TASK,
        arguments,
        key=arrival.document_id,
        mailbox=f"{READING_PREFIX}{arrival.document_id}",
    )


async def _told_of(context: TenantContext, filing: Filing, file: SharedFile) -> SharedFile:
    """What another organization shares comes without a name. If Slack does not say what it is, its task
    asks once more, and says so."""
    if file.url:
        return file
    try:
        return await filing.source.look_up(context, file)
    except NotFound:
        return file


async def are_on_their_way(context: TenantContext, document_ids: Sequence[str]) -> bool:
    """Whether one of them is not read yet, and is still going to be."""
    async with context.db.transaction() as tx:
        return await store.are_on_their_way(tx, document_ids)


def card_key(document_id: str) -> str:
    """Of the message that shows how far the file is."""
    return f"file:{document_id}"


def outcome_key(document_id: str) -> str:
    """Of the row with the words that end it: what was read, why it could not be, or that it is
    forgotten."""
    return f"{card_key(document_id)}:outcome"
