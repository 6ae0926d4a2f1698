"""GET /sandbox/feed: every visible change, as Server-Sent Events."""

import asyncio
import json
from collections.abc import Collection

from aiohttp import web

from bot.sandbox.actions.seat import Refused, find_person, find_workspace
from bot.sandbox.model.world import World

_PING_S = 15.0


async def stream_feed(world: World, request: web.Request) -> web.StreamResponse:
    """Send what came after `since` (or Last-Event-ID), then what comes, until the reader leaves.

    Raises:
        Refused: no such workspace or person, or `since` is no number.
    """
    workspaces, person = _scope(world, request)
    since = _since(world, request)
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    response = web.StreamResponse(headers=headers | {"X-Accel-Buffering": "no"})
    await response.prepare(request)
    await response.write(b": the sandbox feed\n\n")
    pinging = asyncio.create_task(_ping(response))
    try:
        async for change in world.feed.follow(since, workspaces, person):
            item = json.dumps(change.to_wire(), ensure_ascii=False)
            await response.write(f"id: {change.seq}\ndata: {item}\n\n".encode())
    except ConnectionError:
        pass  # The reader left; nothing is owed to anyone.
    finally:
        pinging.cancel()
    return response


async def _ping(response: web.StreamResponse) -> None:
    """A comment now and then, so that a reader who left is noticed."""
    while True:
        await asyncio.sleep(_PING_S)
        await response.write(b": still here\n\n")


def _scope(world: World, request: web.Request) -> tuple[Collection[str], str | None]:
    named = request.query.get("workspace")
    if not named:
        if request.query.get("person"):
            raise Refused("Say which workspace the person is in.")
        # The live list: workspaces may be added while somebody follows.
        return world.workspaces.keys(), None
    workspace = find_workspace(world, named)
    wanted = request.query.get("person")
    return [workspace.id], find_person(workspace, wanted).name if wanted else None


def _since(world: World, request: web.Request) -> int:
    given = request.headers.get("Last-Event-ID") or request.query.get("since") or "0"
    if given == "now":
        return world.feed.last_seq
    if not given.isdigit():
        raise Refused("`since` is a sequence number, or now.")
    # A number from before a restart: the reader starts over with the sandbox.
    return int(given) if int(given) <= world.feed.last_seq else 0
