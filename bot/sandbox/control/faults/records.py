"""What a checker of a run reads: messages as they stand, every delivery, each renewal of a token."""

import json
from collections.abc import Iterable, Iterator

from aiohttp import web

from bot.sandbox.control.desk import Desk, Json, Routes, number
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.installing.tokens import Renewal
from bot.sandbox.model.message import Message
from bot.sandbox.model.people import Workspace
from bot.sandbox.model.world import World
from bot.sandbox.oauth.installations import holder_of

_LINES = "application/x-ndjson"


async def transcript(desk: Desk, request: web.Request) -> web.Response:
    """One JSON line a message that is visible now and was shown after `since`."""
    since = int(number(request.query.get("since"), "since", 0))
    return _lines(_visible(desk.world, since))


async def deliveries(desk: Desk, request: web.Request) -> web.Response:
    """One JSON line a delivery with a number above `since`; in a header, how many are not over."""
    since = int(number(request.query.get("since"), "since", 0))
    answer = _lines(one.to_wire() for one in desk.courier.log.after(since))
    answer.headers["X-Under-Way"] = str(desk.courier.under_way)
    return answer


async def renewals(desk: Desk, request: web.Request) -> web.Response:
    """One JSON line a call of oauth.v2.access with a refresh token, in order."""
    return _lines(_renewal(desk.world, one) for one in desk.world.tokens.renewals)


def _renewal(world: World, one: Renewal) -> Json:
    holder = holder_of(world, one.holder) if one.holder else None
    return {
        "at": one.at,
        "workspace": holder.name if holder else None,
        "outcome": "renewed" if one.renewed else "invalid_refresh_token",
    }


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
    ("GET", "/sandbox/renewals"): renewals,
}
