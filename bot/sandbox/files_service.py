"""Files' bytes: GET /files/… for the workspace they belong to, POST /upload/… from the app."""

from aiohttp import web

from bot.sandbox.model.installing.tokens import Token
from bot.sandbox.model.people import Workspace
from bot.sandbox.model.world import World

# What Slack sends, with status 200, to whoever comes without the right token.
_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body></body></html>"


async def serve_file(world: World, request: web.Request) -> web.Response:
    """The bytes, if the bearer token is the workspace's and may read files."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    found = world.tokens.find(token.strip()) if scheme.lower() == "bearer" else None
    place = request.match_info["place"].partition("-")
    workspace = world.workspaces.get(place[0])
    if workspace is None or not _may_read(world, found, workspace):
        return web.Response(text=_LOGIN_PAGE, content_type="text/html")
    file = workspace.files.get(place[2])
    if file is None:
        raise web.HTTPNotFound(text="This file was deleted.")
    disposition = "attachment" if "download" in request.query else "inline"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return web.Response(
        body=workspace.file_bytes[file.id], content_type=file.mimetype, headers=headers
    )


def _may_read(world: World, token: Token | None, workspace: Workspace) -> bool:
    good = token is not None and token.trouble is None and "files:read" in token.scopes
    return good and token is not None and workspace in world.reach_of(token)


async def take_file(world: World, request: web.Request) -> web.Response:
    """The bytes of an announced file; the address alone says whose they are, as on Slack."""
    ticket = request.match_info["ticket"]
    found = [w.uploads[ticket] for w in world.workspaces.values() if ticket in w.uploads]
    if not found:
        raise web.HTTPNotFound(text="No upload was announced here.")
    content = await request.read()
    if len(content) != found[0].length:
        raise web.HTTPBadRequest(text=f"{found[0].length} bytes were announced.")
    found[0].content = content
    return web.Response(text=f"OK - {len(content)}")
