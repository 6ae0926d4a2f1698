"""What a checker of a run reads: the messages as they stand, and every delivery."""

import json
from collections.abc import Iterable, Iterator

from aiohttp import web

from bot.sandbox.control.desk import Desk, Json, Routes, number
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.message import Message
from bot.sandbox.model.people import Workspace
from bot.sandbox.model.world import World

_LINES = "application/x-ndjson"


async def transcript(desk: Desk, request: web.Request) -> web.Response:
    """One JSON line a message that is visible now and was shown after `since`."""
    since = int(number(request.query.get("since"), "since", 0))
    return _lines(_visible(desk.world, since))


async def deliveries(desk: Desk, request: web.Request) -> web.Response:
    """One JSON line a delivery with a number above `since`."""
    since = int(number(request.query.get("since"), "since", 0))
    return _lines(one.to_wire() for one in desk.courier.log.after(since))


def _lines(items: Iterable[Json]) -> web.Response:
    text = "".join(f"{json.dumps(item, ensure_ascii=False)}\n" for item in items)
    return web.Response(text=text, content_type=_LINES)


def _visible(world: World, since: int) -> Iterator[Json]:
    for workspace in world.workspaces.values():
        for channel in workspace.channels.values():
            for message in channel.messages.values():
                if message.changed > since:
                    yield _line(world, workspace, channel, message)


def _line(world: World, workspace: Workspace, channel: Channel, message: Message) -> Json:
    reader = message.ephemeral_to
    return {
        "seq": message.changed,
        "workspace": workspace.name,
        "channel": channel.label,
        "channel_id": channel.id,
        "people": list(workspace.names_of(channel.members)),
        "thread_ts": message.thread_ts,
        "ts": message.ts,
        "author": world.author_of(workspace, message),
        "is_app": message.app_id == world.app.id,
        "text": world.read(workspace, message),
        "streaming": message.stream is not None and message.stream.state == "live",
        "ephemeral_to": workspace.name_of(reader) if reader else None,
    }


ROUTES: Routes = {
    ("GET", "/sandbox/transcript"): transcript,
    ("GET", "/sandbox/deliveries"): deliveries,
}
