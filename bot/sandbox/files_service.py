"""GET /files/…: a file's bytes, for the workspace it belongs to."""

from aiohttp import web

from bot.sandbox.model.world import World

# What Slack sends, with status 200, to whoever comes without the right token.
_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body></body></html>"


async def serve_file(world: World, request: web.Request) -> web.Response:
    """The bytes, if the bearer token is the workspace's and may read files."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    workspace = world.workspace_of_token(token.strip()) if scheme.lower() == "bearer" else None
    place = request.match_info["place"].partition("-")
    if workspace is None or workspace.id != place[0] or "files:read" not in world.app.scopes:
        return web.Response(text=_LOGIN_PAGE, content_type="text/html")
    file = workspace.files.get(place[2])
    if file is None:
        raise web.HTTPNotFound(text="This file was deleted.")
    disposition = "attachment" if "download" in request.query else "inline"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return web.Response(
        body=workspace.file_bytes[file.id], content_type=file.mimetype, headers=headers
    )
