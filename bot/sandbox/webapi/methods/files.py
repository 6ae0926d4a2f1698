"""files.*: what a file is, and how the app sends one in three steps."""

import secrets
import time
from urllib.parse import quote

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.files import StoredFile, Upload
from bot.sandbox.model.ids import new_id
from bot.sandbox.model.message import Message
from bot.sandbox.webapi.call import Call, Handler, Json, SlackError
from bot.sandbox.webapi.methods.content import check_blocks

_FILE_KEYS = {"id", "title", "highlight_type"}


def info(call: Call) -> Json:
    """What a file is; its bytes are at `url_private`."""
    file = call.workspace.files.get(call.text("file"))
    if file is None:
        raise SlackError("file_not_found")
    return {"file": file.to_wire(), "comments": [], "paging": {}}


def get_upload_url(call: Call) -> Json:
    """Announce a file: where its bytes go, and the id it will have."""
    length = call.arguments["length"]
    if length < 1 or not call.text("filename"):
        raise SlackError("missing_argument")
    ticket = secrets.token_urlsafe(24)
    name = call.text("filename").replace("/", "_").replace("\\", "_")
    upload = Upload(file_id=new_id("F"), name=name, length=int(length))
    call.workspace.expect(ticket, upload)
    return {"upload_url": f"{call.world.url}/upload/v1/{ticket}", "file_id": upload.file_id}


def complete_upload(call: Call) -> Json:
    """Share files whose bytes have come; without a channel they stay the app's own."""
    channels = _channels(call)
    if any(channel.archived for channel in channels):
        raise SlackError("posting_to_channel_denied")
    blocks = check_blocks(call.arguments.get("blocks") or [])
    entries = [_checked(entry) for entry in call.arguments["files"]]
    arrived = [_arrived(call, str(entry["id"])) for entry in entries]
    if not entries or not all(arrived) or len(set(arrived)) < len(arrived):
        raise SlackError("file_not_found")
    place = channels[0].id if channels else ""
    files = [
        _keep(call, ticket, str(entry.get("title") or ""), place)
        for entry, ticket in zip(entries, arrived, strict=True)
    ]
    for channel in channels:
        _share(call, channel, files, blocks)
    return {"files": [{"id": file.id, "title": file.title or file.name} for file in files]}


def _channels(call: Call) -> list[Channel]:
    if call.text("channel_id"):
        return [call.joined_channel("channel_id")]
    known = call.workspace.channels
    named = [part.strip() for part in call.text("channels").split(",") if part.strip()]
    found = [known.get(name) or call.workspace.direct_message(name) for name in named]
    if not all(found):
        raise SlackError("invalid_channel")
    return [channel for channel in found if channel]


def _checked(entry: object) -> Json:
    if not isinstance(entry, dict) or set(entry) - _FILE_KEYS or "id" not in entry:
        raise SlackError("invalid_arguments", "a file has an id and perhaps a title")
    return entry


def _arrived(call: Call, file_id: str) -> str:
    """The ticket of a file whose bytes are here."""
    for ticket, upload in call.workspace.uploads.items():
        if upload.file_id == file_id and upload.content is not None:
            return ticket
    return ""


def _keep(call: Call, ticket: str, title: str, place: str) -> StoredFile:
    workspace, upload = call.workspace, call.workspace.uploads.pop(ticket)
    file = StoredFile(
        id=upload.file_id,
        name=upload.name,
        owner=workspace.bot_user_id,
        created=int(time.time()),
        channel=place,
        url=f"{call.world.url}/files/{workspace.id}-{upload.file_id}/{quote(upload.name)}",
        size=upload.length,
        title=title,
    )
    assert upload.content is not None
    workspace.keep_file(file, upload.content)
    return file


def _share(call: Call, channel: Channel, files: list[StoredFile], blocks: list[Json]) -> None:
    workspace, comment = call.workspace, call.text("initial_comment")
    parent = channel.public(call.text("thread_ts"))
    message = Message(
        ts=call.world.timestamps.next(),
        user=workspace.bot_user_id,
        bot_id=workspace.bot_id,
        app_id=call.world.app.id,
        team=workspace.id,
        text=comment,
        blocks=[] if comment else blocks,
        thread_ts=parent.thread if parent else None,
        files=files,
    )
    call.world.post(workspace, channel, message, "file")


HANDLERS: dict[str, Handler] = {
    "files.info": info,
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
}
