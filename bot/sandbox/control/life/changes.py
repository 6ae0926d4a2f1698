"""Persons and channels change, and other apps' bots speak."""

import time
from dataclasses import replace
from typing import Any, get_args

from aiohttp import web

from bot.sandbox.actions.bot import bot_says
from bot.sandbox.actions.seat import Refused, find_person, find_workspace
from bot.sandbox.control.desk import Desk, Json, Routes, flag, read_body, text
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.people import Kind, Workspace
from bot.sandbox.webapi.methods.lookups import person_wire

_TEXTS = ("real_name", "display_name", "email")


async def change_person(desk: Desk, request: web.Request) -> web.Response:
    """Somebody gets another name or another standing, leaves or comes back."""
    known = {"workspace", "person", "kind", "deleted", *_TEXTS}
    body = await read_body(request, known)
    workspace = find_workspace(desk.world, text(body, "workspace"))
    person = find_person(workspace, text(body, "person"))
    changes: dict[str, Any] = {name: text(body, name) for name in _TEXTS if name in body}
    if "kind" in body:
        changes["kind"] = _kind(text(body, "kind"))
    if "deleted" in body:
        changes["deleted"] = flag(body, "deleted")
    changed = replace(person, **changes, updated=int(time.time()))
    workspace.persons[person.id] = changed
    event: Json = {"type": "user_change", "cache_ts": changed.updated}
    event["user"] = person_wire(changed, desk.world.app.scopes)
    event["event_ts"] = desk.world.timestamps.next()
    desk.world.on_event(workspace, None, event)
    return web.json_response({"user": event["user"]})


async def bot_speaks(desk: Desk, request: web.Request) -> web.Response:
    """The bot “Relay” of another app says something."""
    body = await read_body(request, {"workspace", "in", "text", "thread", "classic", "outsider"})
    workspace = find_workspace(desk.world, text(body, "workspace"))
    channel = _channel(workspace, text(body, "in"))
    if channel.kind == "im":
        raise Refused("Another app's bot is not in a direct message with this one.")
    thread = channel.public(text(body, "thread"))
    if body.get("thread") and thread is None:
        raise Refused("There is no such message to reply to.", 404)
    message = bot_says(
        desk.world,
        workspace,
        channel,
        text(body, "text"),
        thread_ts=thread.thread if thread else None,
        classic=flag(body, "classic", False),
        outside=flag(body, "outsider", False),
    )
    return web.json_response({"ts": message.ts, "channel": channel.id})


async def change_channel(desk: Desk, request: web.Request) -> web.Response:
    """A channel is archived, opened again, or deleted with all that is in it."""
    body = await read_body(request, {"workspace", "in", "archived", "deleted"})
    workspace = find_workspace(desk.world, text(body, "workspace"))
    channel = _channel(workspace, text(body, "in"))
    if channel.kind == "im":
        raise Refused("A direct message cannot be archived or deleted.")
    if flag(body, "deleted", False):
        del workspace.channels[channel.id]
    channel.archived = flag(body, "archived", channel.archived)
    return web.json_response({"channel": channel.id})


def _kind(written: str) -> Kind:
    for kind in get_args(Kind):
        if kind == written:
            return kind  # type: ignore[no-any-return]
    raise Refused(f"`kind` is one of {', '.join(get_args(Kind))}.")


def _channel(workspace: Workspace, place: str) -> Channel:
    channel = workspace.find_channel(place)
    if channel is None:
        raise Refused(f"There is no conversation “{place}” in {workspace.name}.", 404)
    return channel


ROUTES: Routes = {
    ("POST", "/sandbox/person"): change_person,
    ("POST", "/sandbox/bot"): bot_speaks,
    ("POST", "/sandbox/channel"): change_channel,
}
