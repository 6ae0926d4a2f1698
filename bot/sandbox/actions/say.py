"""A person says something, or drops a file with it."""

import time
import uuid
from urllib.parse import quote

from bot.sandbox.actions.markup import markup
from bot.sandbox.actions.seat import Refused, Seat, find_thread
from bot.sandbox.model.feed import ChangeKind
from bot.sandbox.model.files import StoredFile
from bot.sandbox.model.ids import new_id
from bot.sandbox.model.message import Message
from bot.sandbox.model.world import World

_LONGEST = 40_000
_LARGEST_FILE = 50 * 1024 * 1024


def say(world: World, seat: Seat, typed: str, thread_ts: str | None = None) -> Message:
    """Post typed text.

    Raises:
        Refused: nothing was typed, too much was, or there is no such thread.
    """
    if not typed.strip():
        raise Refused("There is nothing to say: `text` is empty.")
    return _post(world, seat, typed, thread_ts, [], "message")


def upload(
    world: World, seat: Seat, name: str, content: bytes, base_url: str, **words: str | None
) -> Message:
    """Drop a file into a conversation; `comment` and `thread` may come with it.

    Raises:
        Refused: the file is empty or larger than 50 MB, or there is no such thread.
    """
    if not content:
        raise Refused("The file is empty.")
    if len(content) > _LARGEST_FILE:
        raise Refused("The file is larger than 50 MB.")
    file_id = new_id("F")
    safe_name = name.replace("/", "_").replace("\\", "_") or "file"
    file = StoredFile(
        id=file_id,
        name=safe_name,
        owner=seat.person.id,
        created=int(time.time()),
        channel=seat.channel.id,
        url=f"{base_url}/files/{seat.workspace.id}-{file_id}/{quote(safe_name)}",
        size=len(content),
        connected=seat.channel.shared_with is not None,
    )
    thread_ts = find_thread(seat, words.get("thread"))
    seat.workspace.keep_file(file, content)
    message = _post(world, seat, words.get("comment") or "", thread_ts, [file], "file")
    shared = {"type": "file_shared", "file_id": file_id, "file": {"id": file_id}}
    shared |= {"user_id": seat.person.id, "channel_id": seat.channel.id, "event_ts": message.ts}
    world.on_event(seat.workspace, seat.channel, shared)
    return message


def _post(
    world: World,
    seat: Seat,
    typed: str,
    thread_ts: str | None,
    files: list[StoredFile],
    kind: ChangeKind,
) -> Message:
    if seat.channel.archived:
        raise Refused(f"{seat.channel.label} is archived.")
    if len(typed) > _LONGEST:
        raise Refused("That is longer than 40,000 characters.")
    text, blocks = markup(typed, world.app, seat.workspace) if typed else ("", [])
    message = Message(
        ts=world.timestamps.next(),
        user=seat.person.id,
        team=seat.person.home_team_id,
        text=text,
        blocks=blocks,
        thread_ts=find_thread(seat, thread_ts),
        files=files,
        client_msg_id=str(uuid.uuid4()),
    )
    world.post(seat.workspace, seat.channel, message, kind)
    return message
