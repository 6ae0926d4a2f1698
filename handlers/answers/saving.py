"""“Save to knowledge base” on a message: that message, with who wrote it and when, and nothing around it.

It is for whoever saves it alone, like a file of theirs; the card below it shares it or forgets it.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.conversations.model import Outgoing
from core.conversations.notices.tell_person import tell_person
from core.kernel.errors import Invalid, Unavailable
from core.knowledge.ingest_document import ingest_document
from core.services import Services
from core.tenancy.model import Person
from handlers.answers.quoting import quote, said_in
from handlers.blocks.answers.asking import Quoted
from handlers.blocks.knowledge import SAVE_MESSAGE, message_saved
from handlers.pressed import Pressed, press, read_pressed

NOTHING_TO_SAVE = (
    "That message holds no words that I can save. A file I read in a direct message: drop it there."
)
LONGEST_BEGINNING = 60  # characters of the message that its title shows


def register(app: AsyncApp, services: Services) -> None:
    @app.shortcut(SAVE_MESSAGE)
    async def save(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        bot = context.bot_user_id or ""
        effect = partial(_save, quoted=quote(body, bot), words=said_in(body, bot))
        await press(services, read_pressed(body, context), effect)


async def _save(
    services: Services, used: Pressed, person: Person, quoted: Quoted, words: str
) -> None:
    if not words:
        raise Invalid(NOTHING_TO_SAVE)
    author, shelf = await _name_of(services, used, quoted.by), services.filing.shelf
    when = _moment(quoted.ts)
    ingested = await ingest_document(
        used.tenant,
        shelf.reader,
        shelf.embedder,
        title=f"{author}, {when}: {_beginning(words)}",
        content=f"{author} wrote on {when}:\n\n{words}".encode(),
        added_by=person.person_id,
        scope="person",
        reference=used.inbox.event_id,
        quota=shelf.quota,
    )
    messenger, card = services.staff.messenger, message_saved(ingested)
    channel = await messenger.open_direct(used.tenant, person.person_id)
    await tell_person(
        used.tenant,
        messenger,
        Outgoing(channel, card.text, blocks=tuple(card.blocks)),
        person.person_id,
        key=f"saved:{used.inbox.event_id}",
    )


async def _name_of(services: Services, used: Pressed, author: str) -> str:
    """As people know them; an app has the name it spoke under."""
    try:
        found = await services.directory.look_up(used.tenant, author, home_team=None)
    except Unavailable:
        return author or "Somebody"
    return found.display_name or author or "Somebody"


def _moment(ts: str) -> str:
    """Slack's ts is the time in seconds, by which a message is known."""
    try:
        at = datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        raise Invalid("That message has no date, so I did not save it.") from None
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _beginning(words: str) -> str:
    line = " ".join(words.split())
    if len(line) <= LONGEST_BEGINNING:
        return f"“{line}”"
    return f"“{line[:LONGEST_BEGINNING].rsplit(maxsplit=1)[0]} …”"
